import type { Heap } from './heap.ts'

/**
 * A block for each program, which holds the results of its invariant parts. If a new one would take them beyond `mostBytes` in
 * all, the blocks of the least recently run programs are released first.
 */
export class InvariantBlocks {
  readonly #heap: Heap
  readonly #mostBytes: number
  /** By program, the least recently run first. */
  readonly #blocks = new Map<number, { readonly address: number; readonly bytes: number }>()
  readonly #numbers = new WeakMap<object, number>()
  readonly #registry = new FinalizationRegistry<number>((program) => this.#release(program))
  #programs = 0

  constructor(heap: Heap, mostBytes = 2 ** 27) {
    this.#heap = heap
    this.#mostBytes = mostBytes
  }

  /** Returns the address of a program's block, and whether it is new and thus holds no results. */
  claim(program: object, bytes: number): { readonly address: number; readonly isNew: boolean } {
    const number = this.#numberOf(program)
    const found = this.#blocks.get(number)
    this.#blocks.delete(number)
    if (found === undefined) this.#makeRoomFor(bytes)
    const block = found ?? { address: this.#heap.allocate(bytes), bytes }
    this.#blocks.set(number, block)
    return { address: block.address, isNew: found === undefined }
  }

  #numberOf(program: object): number {
    let number = this.#numbers.get(program)
    if (number === undefined) {
      this.#numbers.set(program, (number = this.#programs++))
      this.#registry.register(program, number)
    }
    return number
  }

  #makeRoomFor(bytes: number): void {
    let total = this.#blocks.values().reduce((sum, block) => sum + block.bytes, bytes)
    for (const [program, block] of this.#blocks) {
      if (total <= this.#mostBytes) return
      this.#release(program)
      total -= block.bytes
    }
  }

  #release(program: number): void {
    const block = this.#blocks.get(program)
    if (block === undefined) return
    this.#blocks.delete(program)
    this.#heap.release(block.address)
  }
}
