import type { Writable } from 'node:stream'

/** Where a command writes: results to `stdout`, progress and complaints to `stderr`. */
export interface Output {
  readonly stdout: Writable
  readonly stderr: Writable & { readonly isTTY?: boolean }
}
