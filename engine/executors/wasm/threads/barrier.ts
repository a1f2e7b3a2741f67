const arrived = 0
const phase = 1

/** Iterations of spinning before a thread sleeps: enough for the usual wait of a few microseconds. */
const spins = 20_000

/** A reusable barrier for a fixed number of threads. */
export class Barrier {
  readonly words: Int32Array<SharedArrayBuffer>
  readonly #threads: number

  constructor(threads: number, words = new Int32Array(new SharedArrayBuffer(8))) {
    this.#threads = threads
    this.words = words
  }

  /** Returns when all threads have arrived. */
  wait(): void {
    const { words } = this
    const current = Atomics.load(words, phase)
    if (Atomics.add(words, arrived, 1) === this.#threads - 1) {
      Atomics.store(words, arrived, 0)
      Atomics.add(words, phase, 1)
      Atomics.notify(words, phase)
      return
    }
    for (let spin = 0; spin < spins; spin++) if (Atomics.load(words, phase) !== current) return
    while (Atomics.load(words, phase) === current) Atomics.wait(words, phase, current)
  }
}
