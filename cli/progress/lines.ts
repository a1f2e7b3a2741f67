import type { EpochMetrics, Observer } from '../../train/index.ts'
import type { Output } from '../output.ts'
import { duration, percent, titleOf } from '../text.ts'
import { Pace } from './pace.ts'
import type { Progress } from './progress.ts'

const millisecondsBetweenLines = 10_000

/** Lines of text for a log: one every ten seconds and at the end of each training run. */
export class Lines implements Progress {
  readonly #output: Output
  #lastLine = performance.now()

  constructor(output: Output) {
    this.#output = output
  }

  observe(name: string): Observer {
    const title = titleOf(name)
    let pace: Pace
    let epochs: number
    let metrics: EpochMetrics | undefined
    return {
      started: (start) => {
        pace = new Pace(start)
        epochs = start.epochs
        const { epoch, step, images } = start
        const verb = epoch === 1 && step === 0 ? 'starts' : `resumes in epoch ${epoch} after step ${step}`
        this.#write(`${title}: ${verb}, ${images} images per epoch`)
      },
      warned: (message) => this.#write(`${title}: ${message}`),
      stepEnded: (step) => {
        pace.stepEnded(step)
        if (performance.now() - this.#lastLine < millisecondsBetweenLines) return
        const parts = [
          `epoch ${step.epoch}/${epochs}, step ${step.step}/${step.steps}`,
          `${pace.imagesPerSecond.toFixed(0)} images/s, ${duration(pace.secondsLeft)} left`,
          ...(metrics ? [test(metrics)] : []),
        ]
        this.#write(`${title}: ${parts.join(', ')}`)
      },
      epochEnded: (end) => {
        metrics = end.metrics
        if (metrics.epoch !== epochs) return
        this.#write(`${title}: done, ${pace.imagesPerSecond.toFixed(0)} images/s, ${test(metrics)}`)
      },
    }
  }

  close(): void {}

  #write(line: string): void {
    this.#output.stderr.write(`${line}\n`)
    this.#lastLine = performance.now()
  }
}

function test({ epoch, test }: EpochMetrics): string {
  return `test top-1 ${percent(test.top1)} after epoch ${epoch}`
}
