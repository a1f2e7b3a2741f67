/** Some units of a launch: from `first`, `length` of them. */
export interface UnitRange {
  readonly first: number
  readonly length: number
}

/** Returns the even share of a thread: the units that are its own to begin with. */
export function shareOf(units: number, thread: number, threads: number): UnitRange {
  const first = Math.ceil((units * thread) / threads)
  return { first, length: Math.ceil((units * (thread + 1)) / threads) - first }
}

/**
 * How far the shares of a program's launches are done. A thread takes its own share piece by piece and then helps the others
 * with theirs, so that no thread keeps all others waiting because its processor is busy with something else.
 */
export class Shares {
  /** The units taken of each share [threads, launches], in memory that all threads see. */
  readonly words: Int32Array<SharedArrayBuffer>
  readonly #launches: number

  constructor(
    launches: number,
    threads: number,
    words = new Int32Array(new SharedArrayBuffer(launches * threads * Int32Array.BYTES_PER_ELEMENT)),
  ) {
    this.#launches = launches
    this.words = words
  }

  /** Forgets the last run. No thread may be running. */
  reset(): void {
    this.words.fill(0)
  }

  /** Takes the next piece of a share, and returns it; undefined if nothing is left. */
  take(launch: number, owner: number, { first, length }: UnitRange): UnitRange | undefined {
    const index = owner * this.#launches + launch
    for (;;) {
      const taken = Atomics.load(this.words, index)
      if (taken >= length) return undefined
      const piece = pieceOf(length - taken)
      if (Atomics.compareExchange(this.words, index, taken, taken + piece) === taken) {
        return { first: first + taken, length: piece }
      }
    }
  }
}

/** Half of what is left: few pieces, yet the last ones are small, so that all threads finish together. */
function pieceOf(left: number): number {
  return Math.ceil(left / 2)
}
