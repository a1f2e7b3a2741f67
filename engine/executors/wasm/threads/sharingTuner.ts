/** Runs of each way before one is preferred; as many last times of each are remembered. */
const trials = 3

/** The share of all time that may be spent on finding out whether the other way has become the faster one. */
const costOfTrials = 0.01

/** The fewest runs between two such trials. */
const fewestRuns = 8

/**
 * Chooses between running a program on one thread and on all of them, by measured time: barriers cost more than threads
 * gain if kernels are small or other processes keep a processor busy. The slower way is tried again from time to time, the
 * sooner the less it costs, because other processes come and go. The results are the same.
 */
export class SharingTuner {
  /** The last milliseconds of each way: alone, shared. */
  readonly #times: readonly [number[], number[]] = [[], []]
  #runsSinceTrial = 0

  /** Runs `alone` or `shared`, and records the time. */
  run(alone: () => void, shared: () => void): void {
    const way = this.#choose()
    const start = performance.now()
    if (way === 0) alone()
    else shared()
    const times = this.#times[way]
    times.push(performance.now() - start)
    if (times.length > trials) times.shift()
  }

  #choose(): 0 | 1 {
    const [alone, shared] = this.#times
    if (shared.length < trials) return alone.length > shared.length ? 1 : 0
    const times = [Math.min(...alone), Math.min(...shared)]
    const faster = times[1] < times[0] ? 1 : 0
    const loss = times[1 - faster] / times[faster] - 1
    this.#runsSinceTrial++
    if (this.#runsSinceTrial <= Math.max(fewestRuns, loss / costOfTrials)) return faster
    this.#runsSinceTrial = 0
    return faster === 0 ? 1 : 0
  }
}
