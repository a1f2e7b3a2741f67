/** Counts of what trials came to. */
export class Tally {
  cases = 0
  refused = 0
  /** Outcomes of executors that were compared. */
  compared = 0
  comparedWithPytorch = 0
  readonly #counts = new Map<string, Map<string, number>>()

  /** Counts one of a kind under a heading. */
  count(heading: string, kind: string): void {
    const kinds = this.#counts.get(heading) ?? new Map<string, number>()
    this.#counts.set(heading, kinds.set(kind, (kinds.get(kind) ?? 0) + 1))
  }

  countRefusal(operation: string, acceptedByPytorch: boolean): void {
    this.refused++
    if (acceptedByPytorch) this.count('refused here, accepted by PyTorch', operation)
  }

  toString(): string {
    const lines = [
      `${this.cases} cases, of which ${this.refused} were refused; ` +
        `${this.compared} outcomes of executors and ${this.comparedWithPytorch} of PyTorch were compared`,
    ]
    for (const [heading, kinds] of this.#counts) {
      const total = [...kinds.values()].reduce((sum, count) => sum + count, 0)
      const parts = [...kinds].sort(([, a], [, b]) => b - a).map(([kind, count]) => `${kind} ${count}`)
      lines.push(`${heading}: ${total} of ${this.cases} (${parts.join(', ')})`)
    }
    return lines.join('\n')
  }
}
