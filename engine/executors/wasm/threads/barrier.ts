const arrived = 0
const phase = 1
const brokenBy = 2

/** Iterations of spinning before a thread sleeps: enough for the usual wait of a few microseconds. */
const spins = 20_000

/** A thread that others wait for will not arrive. */
export class BrokenBarrierError extends Error {
  override name = 'BrokenBarrierError'
  /** The number that the thread gave. */
  readonly brokenBy: number

  constructor(brokenBy: number) {
    super('another thread will not arrive at the barrier')
    this.brokenBy = brokenBy
  }
}

/** A reusable barrier for a fixed number of threads. */
export class Barrier {
  readonly words: Int32Array<SharedArrayBuffer>
  readonly #threads: number

  constructor(threads: number, words = new Int32Array(new SharedArrayBuffer(12))) {
    this.#threads = threads
    this.words = words
  }

  /** Returns when all threads have arrived. Throws `BrokenBarrierError` if one will not. */
  wait(): void {
    const { words } = this
    const current = Atomics.load(words, phase)
    this.#checkUnbroken()
    if (Atomics.add(words, arrived, 1) === this.#threads - 1) {
      Atomics.store(words, arrived, 0)
      Atomics.add(words, phase, 1)
      Atomics.notify(words, phase)
      return
    }
    for (let spin = 0; spin < spins && Atomics.load(words, phase) === current; spin++);
    while (Atomics.load(words, phase) === current) Atomics.wait(words, phase, current)
    this.#checkUnbroken()
  }

  /** Makes the barrier useless, because this thread will not arrive: all others throw. `number` says why. */
  break(number: number): void {
    const { words } = this
    Atomics.store(words, brokenBy, number + 1)
    // After the store, so that a thread that has seen no break waits for this phase to end.
    Atomics.add(words, phase, 1)
    Atomics.notify(words, phase)
  }

  #checkUnbroken(): void {
    const number = Atomics.load(this.words, brokenBy) - 1
    if (number >= 0) throw new BrokenBarrierError(number)
  }
}
