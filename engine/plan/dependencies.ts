/** Which groups must have run before which, transitively: a row of bits for each group. */
export class Dependencies {
  readonly #rows: Uint32Array[] = []
  /** The groups for which others wait. */
  readonly #awaited = new Set<number>()

  /** A new group, with nothing before it. */
  addGroup(): number {
    const group = this.#rows.length
    this.#rows.push(new Uint32Array((group >>> 5) + 1))
    return group
  }

  /** Whether `group` waits for `other`. */
  waits(group: number, other: number): boolean {
    return hasBit(this.#rows[group], other)
  }

  /** Lets `group`, and all that wait for it, wait for `other` and for all that it waits for. */
  add(group: number, other: number): void {
    if (this.waits(group, other)) return
    this.#awaited.add(other)
    this.#inherit(group, other)
    if (!this.#awaited.has(group)) return
    for (let waiting = 0; waiting < this.#rows.length; waiting++) {
      if (this.waits(waiting, group)) this.#inherit(waiting, other)
    }
  }

  #inherit(group: number, other: number): void {
    const added = this.#rows[other]
    const row = lengthened(this.#rows[group], added.length)
    this.#rows[group] = row
    for (let word = 0; word < added.length; word++) row[word] |= added[word]
    setBit(row, other)
  }

  /** Every group, each after those it waits for, and otherwise in the order of their numbers. */
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

/** A row of at least so many words. (A group has words for itself and for those before it, and more where it needs them.) */
function lengthened(row: Uint32Array, words: number): Uint32Array {
  if (row.length >= words) return row
  const longer = new Uint32Array(words)
  longer.set(row)
  return longer
}

function hasBit(row: Uint32Array, place: number): boolean {
  return (row[place >>> 5] & (1 << (place & 31))) !== 0
}

function setBit(row: Uint32Array, place: number): void {
  row[place >>> 5] |= 1 << (place & 31)
}
