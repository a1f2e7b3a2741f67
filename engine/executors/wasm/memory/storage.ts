import { type DType, dtypeOf, type HostArray } from '../../../dtype.ts'
import type { Executor } from '../../../executor.ts'
import type { Storage } from '../../../node.ts'
import { bytesPerElement } from '../kernels/lanes.ts'
import { Heap } from './heap.ts'
import { InvariantBlocks } from './invariantBlocks.ts'

let versions = 0

/** Elements in WebAssembly memory. */
export class WasmStorage implements Storage {
  readonly executor: Executor
  readonly address: number
  readonly dtype: DType
  readonly length: number
  /** Identifies the elements: no other storage has this number, and the storage gets another one when it is overwritten. */
  version: number = versions++

  constructor(executor: Executor, address: number, dtype: DType, length: number) {
    this.executor = executor
    this.address = address
    this.dtype = dtype
    this.length = length
  }

  /** Must be called before the elements change. */
  overwrite(): void {
    this.version = versions++
  }
}

/**
 * The memory of the executor: storages that outlive a run, and one arena for all runs, as large as the largest run needs.
 * An unreachable storage is freed when the garbage collector finds it; a training step makes none, since variables keep
 * theirs.
 */
export class WasmMemory {
  readonly heap: Heap
  readonly #executor: Executor
  readonly #registry = new FinalizationRegistry<number>((address) => this.heap.release(address))
  #arena = { address: 0, bytes: 0 }
  readonly invariants: InvariantBlocks

  constructor(executor: Executor, shared = true) {
    this.heap = new Heap(shared)
    this.#executor = executor
    this.invariants = new InvariantBlocks(this.heap)
  }

  allocate(dtype: DType, length: number): WasmStorage {
    const address = this.heap.allocate(length * bytesPerElement)
    const storage = new WasmStorage(this.#executor, address, dtype, length)
    this.#registry.register(storage, address)
    return storage
  }

  /** Returns the address of an arena of at least this many bytes. */
  arena(bytes: number): number {
    if (bytes > this.#arena.bytes) {
      if (this.#arena.bytes > 0) this.heap.release(this.#arena.address)
      this.#arena = { address: this.heap.allocate(bytes), bytes }
    }
    return this.#arena.address
  }

  /** Copies elements in: bool becomes 0 and −1. */
  write(address: number, elements: HostArray): void {
    const { buffer } = this.heap.memory
    if (dtypeOf(elements) === 'float32') new Float32Array(buffer, address, elements.length).set(elements)
    else if (dtypeOf(elements) === 'int32') new Int32Array(buffer, address, elements.length).set(elements)
    else {
      const target = new Int32Array(buffer, address, elements.length)
      for (let i = 0; i < elements.length; i++) target[i] = -elements[i]
    }
  }

  /** Copies elements out. */
  read(address: number, dtype: DType, length: number): HostArray {
    const { buffer } = this.heap.memory
    if (dtype === 'float32') return new Float32Array(buffer, address, length).slice()
    const words = new Int32Array(buffer, address, length)
    return dtype === 'int32' ? words.slice() : Uint8Array.from(words, (word) => (word === 0 ? 0 : 1))
  }
}
