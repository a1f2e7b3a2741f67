import { SingleBar } from 'cli-progress'
import type { Observer } from '../../train/index.ts'
import type { Output } from '../output.ts'
import { duration, percent, titleOf } from '../text.ts'
import { Pace } from './pace.ts'
import type { Progress } from './progress.ts'

const format = '{name} {bar} epoch {epoch}/{epochs}, {rate} images/s, {left} left, top-1 {top1}'

/** Progress bars for a terminal, one per training run. */
export class Bars implements Progress {
  readonly #stream: Output['stderr']
  #bar: SingleBar | undefined

  constructor({ stderr }: Output) {
    this.#stream = stderr
  }

  observe(name: string): Observer {
    let pace: Pace
    return {
      started: (start) => {
        this.close()
        pace = new Pace(start)
        const { epoch, epochs, step, steps } = start
        this.#bar = new SingleBar({ format, stream: this.#stream, hideCursor: true, barsize: 24 })
        const unknown = { name: titleOf(name).padEnd(17), epoch, epochs, rate: '–', left: '–', top1: '–' }
        this.#bar.start(epochs * steps, (epoch - 1) * steps + step, unknown)
      },
      stepEnded: (step) => {
        pace.stepEnded(step)
        this.#bar?.increment({
          epoch: step.epoch,
          rate: pace.imagesPerSecond.toFixed(0),
          left: duration(pace.secondsLeft),
        })
      },
      warned: (message) => void this.#stream.write(`${titleOf(name)}: ${message}\n`),
      epochEnded: ({ metrics }) => {
        this.#bar?.update({ top1: percent(metrics.test.top1) })
      },
    }
  }

  close(): void {
    this.#bar?.stop()
    this.#bar = undefined
  }
}
