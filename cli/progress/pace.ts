import type { StepEnd, TrainingStart } from '../../train/index.ts'

/** How fast a training goes, and how long it will still take. */
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

  /** Training images since the training began or went on, by the time since: evaluation counts as time. */
  get imagesPerSecond(): number {
    return (1000 * this.#images) / (performance.now() - this.#start)
  }

  get secondsLeft(): number {
    return this.#imagesLeft / this.imagesPerSecond
  }
}
