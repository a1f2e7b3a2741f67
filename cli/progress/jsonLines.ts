import type { Observer } from '../../train/index.ts'
import type { Output } from '../output.ts'
import type { Progress } from './progress.ts'

/** JSON lines on `stdout` for programs: one object at the start of each training run and after each epoch. */
export class JsonLines implements Progress {
  readonly #output: Output

  constructor(output: Output) {
    this.#output = output
  }

  observe(name: string): Observer {
    return {
      started: ({ epochs, steps, images, epoch, step }) =>
        writeEvent(this.#output, 'start', { name, epochs, steps, images, epoch, step }),
      warned: (message) => writeEvent(this.#output, 'warning', { name, message }),
      epochEnded: ({ metrics }) => writeEvent(this.#output, 'epoch', { name, ...metrics }),
    }
  }

  close(): void {}
}

/** Writes one event. */
export function writeEvent({ stdout }: Output, event: string, particulars: object): void {
  stdout.write(`${JSON.stringify({ event, ...particulars })}\n`)
}
