/** Running sums; JSON preserves them to the last bit. */
export interface Sums {
  readonly sums: Readonly<Record<string, number>>
  readonly samples: number
}

/** Running means of named numbers over batches, each weighted by its number of samples. */
export class Averages {
  readonly #sums: Record<string, number>
  #samples: number

  /** Starts empty, or from saved sums. */
  constructor({ sums, samples }: Sums = { sums: {}, samples: 0 }) {
    this.#sums = { ...sums }
    this.#samples = samples
  }

  /** Adds the means of a batch. */
  add(means: Readonly<Record<string, number>>, samples: number): void {
    for (const [name, mean] of Object.entries(means)) {
      this.#sums[name] = (this.#sums[name] ?? 0) + mean * samples
    }
    this.#samples += samples
  }

  /** Returns the means over all samples so far. */
  means(): Record<string, number> {
    return Object.fromEntries(Object.entries(this.#sums).map(([name, sum]) => [name, sum / this.#samples]))
  }

  /** The sums so far, from which another instance can continue. */
  get state(): Sums {
    return { sums: { ...this.#sums }, samples: this.#samples }
  }
}
