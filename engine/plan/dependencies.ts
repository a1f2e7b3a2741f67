/** Which groups must have run before which, transitively: a row of bits for each group. */
export class Dependencies {
  readonly #rows: Uint32Array[] = []
  readonly #words: number

  constructor(mostGroups: number) {
    this.#words = Math.ceil(mostGroups / 32)
  }

  /** A new group, with nothing before it. */
  addGroup(): number {
    return this.#rows.push(new Uint32Array(this.#words)) - 1
  }

  /** Whether `group` waits for `other`. */
  waits(group: number, other: number): boolean {
    return (this.#rows[group][other >>> 5] & (1 << (other & 31))) !== 0
  }

  /** Lets `group`, and all that wait for it, wait for `other` and for all that it waits for. */
  add(group: number, other: number): void {
    if (this.waits(group, other)) return
    const added = this.#rows[other]
    this.#rows.forEach((row, waiting) => {
      if (waiting !== group && !this.waits(waiting, group)) return
      for (let word = 0; word < row.length; word++) row[word] |= added[word]
      row[other >>> 5] |= 1 << (other & 31)
    })
  }

  /** Every group, each after those it waits for, and otherwise in the order of their numbers. */
  sorted(): number[] {
    const done = new Set<number>()
    const visit = (group: number) => {
      if (done.has(group)) return
      for (let other = 0; other < this.#rows.length; other++) if (this.waits(group, other)) visit(other)
      done.add(group)
    }
    for (let group = 0; group < this.#rows.length; group++) visit(group)
    return [...done]
  }
}
