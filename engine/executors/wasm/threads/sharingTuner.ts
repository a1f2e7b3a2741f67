/** Runs of each way before one is chosen, and runs after which the choice is tried again. */
const trials = 3
const validity = 200

/**
 * Chooses between running a program alone and sharing it out, by what both took: threads that must wait for each other
 * after every kernel lose where kernels are small or other processes keep a processor busy. The results are the same.
 */
export class SharingTuner {
  #runs = 0
  /** The shortest run of each way since the last choice, in ms: alone, shared. */
  readonly #shortest = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]

  /** Runs `alone` or `shared` and remembers how long it took. */
  run(alone: () => void, shared: () => void): void {
    if (this.#runs === validity) {
      this.#runs = 0
      this.#shortest.fill(Number.POSITIVE_INFINITY)
    }
    const way = this.#runs < 2 * trials ? this.#runs % 2 : Number(this.#shortest[1] < this.#shortest[0])
    this.#runs++
    const start = performance.now()
    if (way === 0) alone()
    else shared()
    this.#shortest[way] = Math.min(this.#shortest[way], performance.now() - start)
  }
}
