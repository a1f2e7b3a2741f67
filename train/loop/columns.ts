import type { Tensor } from '../../engine/index.ts'

/** Numbers of each image by name, gathered batch by batch. */
export class Columns {
  readonly #columns = new Map<string, number[]>()

  /** Adds a batch: tensors of as many elements as it has images. */
  async add(rows: Readonly<Record<string, Tensor>>): Promise<void> {
    for (const [name, tensor] of Object.entries(rows)) {
      let column = this.#columns.get(name)
      if (column === undefined) this.#columns.set(name, (column = []))
      for (const value of await tensor.data()) column.push(value)
    }
  }

  /** The numbers of all images, in the order of the images. */
  entries(): [string, readonly number[]][] {
    return [...this.#columns]
  }
}
