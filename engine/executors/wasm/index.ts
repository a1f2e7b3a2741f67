import { dtypeOf, type HostArray } from '../../dtype.ts'
import type { Executor, Program } from '../../executor.ts'
import type { Storage } from '../../node.ts'
import type { Graph } from '../../plan/graph.ts'
import { refuseFloat64Elements } from '../float32.ts'
import { WasmMemory, WasmStorage } from './memory/storage.ts'
import { type EngineModes, engineModes } from './modes.ts'
import { compileProgram } from './program.ts'
import { ThreadPool } from './threads/threadPool.ts'

/** Computes in float32 with WebAssembly generated for each graph. */
class WasmExecutor implements Executor {
  readonly name = 'wasm'
  readonly #memory: WasmMemory
  readonly #pool: ThreadPool
  readonly modes: EngineModes

  constructor(modes: EngineModes) {
    this.modes = modes
    this.#memory = new WasmMemory(this, modes.sharedMemory)
    this.#pool = new ThreadPool(this.#memory.heap.memory, modes.threads)
  }

  compile(graph: Graph): Promise<Program> {
    return compileProgram(graph, this.#memory, this.#pool, this.modes)
  }

  async upload(elements: HostArray): Promise<Storage> {
    const dtype = dtypeOf(elements)
    refuseFloat64Elements('wasm', dtype)
    const storage = this.#memory.allocate(dtype, elements.length)
    this.#memory.write(storage.address, elements)
    return storage
  }

  async read(storage: Storage): Promise<HostArray> {
    if (!(storage instanceof WasmStorage)) throw new Error('wasm: this storage belongs to another executor')
    return this.#memory.read(storage.address, storage.dtype, storage.length)
  }
}

/**
 * Creates an executor with its own memory and threads. `modes` overrides the detected modes, for benchmarks and tests:
 * `wasm({ winograd: false })` computes every convolution directly.
 */
export function wasm(modes: Partial<EngineModes> = {}): Executor & { readonly modes: EngineModes } {
  const chosen = { ...engineModes(), ...modes }
  const fusedMultiplyAdd = chosen.relaxedSimd && chosen.fusedMultiplyAdd
  return new WasmExecutor({ ...chosen, fusedMultiplyAdd })
}
