import type { Extent, StepEnd } from '../../train/index.ts'

/** How fast a training goes, and how long it will still take. */
export class Pace {
  readonly #extent: Extent
  readonly #start = performance.now()
  #images = 0

  constructor(extent: Extent) {
    this.#extent = extent
  }

  stepEnded({ images }: StepEnd): void {
    this.#images += images
  }

  /** Training images so far, by the time so far: evaluation counts as time. */
  get imagesPerSecond(): number {
    return (1000 * this.#images) / (performance.now() - this.#start)
  }

  get secondsLeft(): number {
    const { epochs, images } = this.#extent
    return (epochs * images - this.#images) / this.imagesPerSecond
  }
}
