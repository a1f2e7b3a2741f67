/** Averages so far, as numbers that JSON keeps to the last bit. */
export interface Sums {
  readonly sums: Readonly<Record<string, number>>
  readonly samples: number
}

/** Means of named numbers over samples that come in batches: a batch weighs as much as it has samples. */
export class Averages {
  readonly #sums: Record<string, number>
  #samples: number

  /** Empty, or going on from the sums of another. */
  constructor({ sums, samples }: Sums = { sums: {}, samples: 0 }) {
    this.#sums = { ...sums }
    this.#samples = samples
  }

  /** Adds a batch, given its means. */
  add(means: Readonly<Record<string, number>>, samples: number): void {
    for (const [name, mean] of Object.entries(means)) {
      this.#sums[name] = (this.#sums[name] ?? 0) + mean * samples
    }
    this.#samples += samples
  }

  /** The means over all samples so far. */
  means(): Record<string, number> {
    return Object.fromEntries(Object.entries(this.#sums).map(([name, sum]) => [name, sum / this.#samples]))
  }

  /** What another needs to go on. */
  get state(): Sums {
    return { sums: { ...this.#sums }, samples: this.#samples }
  }
}
