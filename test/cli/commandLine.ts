import { Writable } from 'node:stream'
import { main } from '../../cli/program.ts'

/** What a run of the command line did. */
export interface Outcome {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs the command line in this process, its output caught; without a terminal unless said otherwise. */
export async function thermograd(argv: readonly string[], { isTTY = false } = {}): Promise<Outcome> {
  const [stdout, stderr] = [new Caught(), new Caught()]
  const code = await main(argv, { stdout, stderr: Object.assign(stderr, { isTTY }) })
  return { code, stdout: stdout.text, stderr: stderr.text }
}

/** Keeps what is written. */
export class Caught extends Writable {
  text = ''

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.text += chunk
    done()
  }
}
