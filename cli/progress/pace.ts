import type { StepEnd, TrainingStart } from '../../train/index.ts'

/** Speed and remaining time of a training run. */
export class Pace {
  readonly #start = performance.now()
  #images = 0
  #imagesLeft: number

  constructor({ epochs, epoch, step, steps, images }: TrainingStart) {
    this.#imagesLeft = images * (epochs - epoch + 1 - step / steps)
  }

  stepEnded({ images }: StepEnd): void {
    this.#images += images
    this.#imagesLeft -= images
  }

  /** Training images per second since the run started or resumed; the time includes evaluation. */
  get imagesPerSecond(): number {
    return (1000 * this.#images) / (performance.now() - this.#start)
  }

  get secondsLeft(): number {
    return this.#imagesLeft / this.imagesPerSecond
  }
}
