/** Trials of each way before one is chosen, and the number of runs after which both are tried again. */
const trials = 3
const validity = 200

/**
 * Chooses between running a program on one thread and on all of them, by measured time: barriers cost more than threads
 * gain if kernels are small or other processes keep a processor busy. The results are the same.
 */
export class SharingTuner {
  #runs = 0
  /** The shortest time of each way since the last trials, in ms: alone, shared. */
  readonly #shortest = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]

  /** Runs `alone` or `shared`, and records the time. */
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
