/** The free blocks of a memory, sorted by address; adjacent ones are merged. */
export class FreeList {
  readonly #blocks: { address: number; bytes: number }[] = []

  /** Takes bytes from the first block that has as many, and returns their address; undefined if there is none. */
  take(bytes: number): number | undefined {
    const index = this.#blocks.findIndex((block) => block.bytes >= bytes)
    if (index < 0) return undefined
    const block = this.#blocks[index]
    const { address } = block
    block.address += bytes
    block.bytes -= bytes
    if (block.bytes === 0) this.#blocks.splice(index, 1)
    return address
  }

  /** Gives bytes back. */
  give(address: number, bytes: number): void {
    const next = this.#blocks.findIndex((block) => block.address > address)
    const index = next < 0 ? this.#blocks.length : next
    this.#blocks.splice(index, 0, { address, bytes })
    this.#join(index)
    this.#join(index - 1)
  }

  /** Merges a block with its right neighbour if they are adjacent. */
  #join(index: number): void {
    const [left, right] = [this.#blocks[index], this.#blocks[index + 1]]
    if (left === undefined || right === undefined || left.address + left.bytes !== right.address) return
    left.bytes += right.bytes
    this.#blocks.splice(index + 1, 1)
  }
}
