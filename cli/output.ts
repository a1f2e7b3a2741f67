import type { Writable } from 'node:stream'

/** Streams that a command writes to: results to `stdout`, progress and errors to `stderr`. */
export interface Output {
  readonly stdout: Writable
  readonly stderr: Writable & { readonly isTTY?: boolean }
}
