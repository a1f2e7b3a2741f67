import { InvalidInputError } from '../../../../base/errors.ts'
import { newMemory } from '../assembler/module.ts'

const pageBytes = 65536
/** Blocks start at multiples of a cache line. */
const alignment = 64

/** A first-fit allocator of blocks in a WebAssembly memory. */
export class Heap {
  readonly memory: WebAssembly.Memory
  /** Free blocks, sorted by address; adjacent ones are merged. */
  readonly #free: { address: number; bytes: number }[] = []
  readonly #used = new Map<number, number>()
  #end = alignment

  constructor(shared = true) {
    this.memory = newMemory(shared)
  }

  /** Bytes of all allocated blocks. */
  get usedBytes(): number {
    return this.#used.values().reduce((sum, bytes) => sum + bytes, 0)
  }

  /** Allocates a block and returns its address. Throws `InvalidInputError` beyond 4 GiB. */
  allocate(bytes: number): number {
    const size = Math.max(alignment, Math.ceil(bytes / alignment) * alignment)
    const index = this.#free.findIndex((block) => block.bytes >= size)
    let address: number
    if (index < 0) {
      address = this.#end
      this.#growTo(address + size)
      this.#end += size
    } else {
      const block = this.#free[index]
      address = block.address
      block.address += size
      block.bytes -= size
      if (block.bytes === 0) this.#free.splice(index, 1)
    }
    this.#used.set(address, size)
    return address
  }

  /** Frees a block. */
  release(address: number): void {
    const bytes = this.#used.get(address)
    if (bytes === undefined) return
    this.#used.delete(address)
    const next = this.#free.findIndex((block) => block.address > address)
    const index = next < 0 ? this.#free.length : next
    this.#free.splice(index, 0, { address, bytes })
    this.#join(index)
    this.#join(index - 1)
  }

  /** Merges a free block with its right neighbour if they are adjacent. */
  #join(index: number): void {
    const [left, right] = [this.#free[index], this.#free[index + 1]]
    if (left === undefined || right === undefined || left.address + left.bytes !== right.address) return
    left.bytes += right.bytes
    this.#free.splice(index + 1, 1)
  }

  #growTo(end: number): void {
    const missing = end - this.memory.buffer.byteLength
    if (missing <= 0) return
    try {
      this.memory.grow(Math.ceil(missing / pageBytes))
    } catch {
      throw new InvalidInputError(
        `wasm: the computation needs ${end} bytes, more than WebAssembly memory can hold: use smaller batches`,
      )
    }
  }
}
