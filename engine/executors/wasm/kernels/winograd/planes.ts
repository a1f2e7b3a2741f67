import type { Filtering } from './winograd.ts'

/** Consecutive planes that belong to values of the filter with equally many copies. */
export interface PlaneGroup {
  readonly copies: number
  /** The number of its first plane, and of its planes. */
  readonly first: number
  readonly planes: number
}

/** The position of a product (p, q): the plane of its value of the filter, and which copy of that value it takes. */
interface PlanePosition {
  readonly group: PlaneGroup
  readonly plane: number
  readonly copy: number
}

/**
 * The planes of a method: one for each value (u, v) of a transformed filter, sorted by copies. Products along an axis are
 * those of the first value, those of the second, and so on.
 *
 *              v = 0 … m   m + 1
 *     u = 0  ┌───────────┬───────┐
 *       …    │  1 copy   │   m   │
 *       m    ├───────────┼───────┤
 *     m + 1  │     m     │   m²  │
 *            └───────────┴───────┘
 */
export class Planes {
  readonly groups: readonly PlaneGroup[]
  /** The planes of all groups. */
  readonly count: number
  /** The products along an axis. */
  readonly products: number
  readonly #copies: readonly number[]
  readonly #numbers: readonly (readonly number[])[]

  constructor({ copies }: Pick<Filtering, 'copies'>) {
    this.#copies = copies
    this.products = copies.reduce((sum, count) => sum + count)
    const all = copies.flatMap((rows, u) => copies.map((columns, v) => ({ u, v, copies: rows * columns })))
    const sorted = all.toSorted((a, b) => a.copies - b.copies)
    this.count = sorted.length
    this.#numbers = copies.map((_, u) =>
      copies.map((_, v) => sorted.findIndex((plane) => plane.u === u && plane.v === v)),
    )
    this.groups = [...new Set(sorted.map(({ copies }) => copies))].map((copies) => ({
      copies,
      first: sorted.findIndex((plane) => plane.copies === copies),
      planes: sorted.filter((plane) => plane.copies === copies).length,
    }))
  }

  /** Returns the number of the plane of a value of the filter. */
  numberOf(u: number, v: number): number {
    return this.#numbers[u][v]
  }

  positionOf(p: number, q: number): PlanePosition {
    const [row, column] = [this.#valueOf(p), this.#valueOf(q)]
    const plane = this.numberOf(row.value, column.value)
    const group = this.groups.find(({ first, planes }) => plane < first + planes)!
    return { group, plane, copy: row.copy * this.#copies[column.value] + column.copy }
  }

  #valueOf(product: number): { value: number; copy: number } {
    let copy = product
    let value = 0
    while (copy >= this.#copies[value]) copy -= this.#copies[value++]
    return { value, copy }
  }
}
