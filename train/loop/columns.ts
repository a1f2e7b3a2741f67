import type { Tensor } from '../../engine/index.ts'

/** Per-image numbers by name, collected batch by batch. */
export class Columns {
  readonly #columns = new Map<string, number[]>()

  /** Adds a batch: tensors with one element per image. */
  async add(rows: Readonly<Record<string, Tensor>>): Promise<void> {
    for (const [name, tensor] of Object.entries(rows)) {
      let column = this.#columns.get(name)
      if (column === undefined) this.#columns.set(name, (column = []))
      for (const value of await tensor.data()) column.push(value)
    }
  }

  /** Returns the numbers of all images, in the order in which they were added. */
  entries(): [string, readonly number[]][] {
    return [...this.#columns]
  }
}
