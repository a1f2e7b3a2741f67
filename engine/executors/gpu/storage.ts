import { demand } from '../../../base/errors.ts'
import { type DType, dtypeOf, type HostArray } from '../../dtype.ts'
import type { Executor } from '../../executor.ts'
import type { Storage } from '../../node.ts'
import { refuseFloat64Elements } from '../float32.ts'
import type { Backend, Block } from './backend.ts'

let versions = 0

/** Elements in a block. */
export class GpuStorage implements Storage {
  readonly executor: Executor
  readonly dtype: DType
  readonly length: number
  /** Separate from the storage, so that it outlives the storage until it is released. */
  readonly cell: { block: Block }
  /** Identifies the elements: no other storage has this number, and it is another one after they have been overwritten. */
  version: number = versions++

  constructor(executor: Executor, dtype: DType, length: number, block: Block) {
    this.executor = executor
    this.dtype = dtype
    this.length = length
    this.cell = { block }
  }

  overwritten(): void {
    this.version = versions++
  }
}

/** The executor's memory: a block is released when its storage is garbage-collected. */
export class GpuMemory {
  readonly backend: Backend
  readonly #executor: Executor
  readonly #registry: FinalizationRegistry<{ block: Block }>

  constructor(executor: Executor, backend: Backend) {
    this.#executor = executor
    this.backend = backend
    this.#registry = new FinalizationRegistry(({ block }) => backend.release(block))
  }

  /** Creates a storage that takes over a reference to a block. */
  keep(dtype: DType, length: number, block: Block): GpuStorage {
    const storage = new GpuStorage(this.#executor, dtype, length, block)
    this.#registry.register(storage, storage.cell)
    return storage
  }

  /** Uploads elements to a new block. An empty block gets one unused element, since kernels need a buffer. */
  upload(elements: HostArray): Block {
    return this.backend.upload(elements.length === 0 ? new Float32Array(1) : floatsOf(elements))
  }

  async read(block: Block, dtype: DType, length: number): Promise<HostArray> {
    if (length === 0) return elementsOf(dtype, new Float32Array(0))
    return elementsOf(dtype, await this.backend.read(block, length))
  }
}

/** Converts host elements to float32. Throws `InvalidInputError` for float64, and for integers that float32 cannot hold. */
export function floatsOf(elements: HostArray): Float32Array {
  refuseFloat64Elements('gpu', dtypeOf(elements))
  if (elements instanceof Float32Array) return elements
  const floats = Float32Array.from(elements)
  const rounded = floats.findIndex((value, i) => value !== elements[i])
  demand(
    rounded < 0,
    () => `gpu: this executor holds int32 exactly only up to 2^24, got ${elements[rounded]} at ${rounded}`,
  )
  return floats
}

/** Converts the floats of a kernel to host elements. Integers are clamped to the range of int32. */
function elementsOf(dtype: DType, floats: Float32Array): HostArray {
  if (dtype === 'float32') return floats
  if (dtype === 'bool') return Uint8Array.from(floats, (value) => Number(value !== 0))
  return Int32Array.from(floats, (value) => Math.max(-(2 ** 31), Math.min(value, 2 ** 31 - 1)))
}
