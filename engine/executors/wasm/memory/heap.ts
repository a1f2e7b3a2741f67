import { InvalidInputError } from '../../../../base/errors.ts'
import { FreeList } from '../../freeList.ts'
import { newMemory } from '../assembler/module.ts'

const pageBytes = 65536
/** Blocks start at multiples of a cache line. */
const alignment = 64

/** A first-fit allocator of blocks in a WebAssembly memory. */
export class Heap {
  readonly memory: WebAssembly.Memory
  readonly #free = new FreeList()
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
    const address = this.#free.take(size) ?? this.#append(size)
    this.#used.set(address, size)
    return address
  }

  /** Frees a block. */
  release(address: number): void {
    const bytes = this.#used.get(address)
    if (bytes === undefined) return
    this.#used.delete(address)
    this.#free.give(address, bytes)
  }

  #append(bytes: number): number {
    const address = this.#end
    this.#growTo(address + bytes)
    this.#end += bytes
    return address
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
