/** Means of named numbers over samples that come in batches: a batch weighs as much as it has samples. */
export class Averages {
  readonly #sums: Record<string, number> = {}
  #samples = 0

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
}
