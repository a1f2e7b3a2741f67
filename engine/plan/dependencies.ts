/** The transitive dependencies between groups: a row of bits for each group. */
export class Dependencies {
  readonly #rows: Uint32Array[] = []
  /** The groups that others depend on. */
  readonly #awaited = new Set<number>()

  /** Adds a group without dependencies; returns its number. */
  addGroup(): number {
    const group = this.#rows.length
    this.#rows.push(new Uint32Array((group >>> 5) + 1))
    return group
  }

  /** Whether `group` depends on `other`. */
  dependsOn(group: number, other: number): boolean {
    return hasBit(this.#rows[group], other)
  }

  /** Makes `group`, and all that depend on it, depend on `other` and on its dependencies. */
  add(group: number, other: number): void {
    if (this.dependsOn(group, other)) return
    this.#awaited.add(other)
    this.#inherit(group, other)
    if (!this.#awaited.has(group)) return
    for (let dependent = 0; dependent < this.#rows.length; dependent++) {
      if (this.dependsOn(dependent, group)) this.#inherit(dependent, other)
    }
  }

  #inherit(group: number, other: number): void {
    const added = this.#rows[other]
    const row = lengthened(this.#rows[group], added.length)
    this.#rows[group] = row
    for (let word = 0; word < added.length; word++) row[word] |= added[word]
    setBit(row, other)
  }

  /** Returns all groups in topological order; groups that are independent keep the order of their numbers. */
  sorted(): number[] {
    const order: number[] = []
    const done = new Uint32Array((this.#rows.length >>> 5) + 1)
    const visit = (group: number) => {
      const row = this.#rows[group]
      for (let word = 0; word < row.length; word++) {
        for (let rest = row[word] & ~done[word]; rest !== 0; rest = row[word] & ~done[word]) {
          visit(32 * word + 31 - Math.clz32(rest & -rest))
        }
      }
      order.push(group)
      setBit(done, group)
    }
    for (let group = 0; group < this.#rows.length; group++) if (!hasBit(done, group)) visit(group)
    return order
  }
}

/** Returns a row of at least this many words. (A row starts with bits for groups up to its own, and grows on demand.) */
function lengthened(row: Uint32Array, words: number): Uint32Array {
  if (row.length >= words) return row
  const longer = new Uint32Array(words)
  longer.set(row)
  return longer
}

function hasBit(row: Uint32Array, bit: number): boolean {
  return (row[bit >>> 5] & (1 << (bit & 31))) !== 0
}

function setBit(row: Uint32Array, bit: number): void {
  row[bit >>> 5] |= 1 << (bit & 31)
}
