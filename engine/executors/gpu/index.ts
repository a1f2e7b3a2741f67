import { dtypeOf, type HostArray } from '../../dtype.ts'
import type { Executor, NumberLimits, Program } from '../../executor.ts'
import type { Storage } from '../../node.ts'
import type { Graph } from '../../plan/graph.ts'
import { type Adapter, acquireAdapter } from './adapter.ts'
import type { Backend } from './backend.ts'
import { DeviceBackend } from './deviceBackend.ts'
import { loadGpuJs } from './gpujs.ts'
import { HostBackend, type HostMode } from './hostBackend.ts'
import { largestAngle } from './kernels/functions.ts'
import { compileProgram } from './program.ts'
import { GpuMemory, GpuStorage } from './storage.ts'

/** The modes in effect: of GPU.js, the adapter on WebGPU, and the range of exact integers. */
export interface GpuModes {
  readonly [name: string]: unknown
  readonly mode: string
  readonly adapter?: string
  /** Whether it is a software GPU. */
  readonly software?: boolean
  readonly integers: string
}

/** Computes in float32 with GPU.js kernels. Runs are queued: each starts after the previous one has ended. */
class GpuExecutor implements Executor {
  readonly name = 'gpu'
  readonly modes: GpuModes
  readonly limits: NumberLimits
  readonly #memory: GpuMemory
  #lastRun: Promise<unknown> = Promise.resolve()

  constructor(backend: Backend, adapter?: Adapter) {
    this.#memory = new GpuMemory(this, backend)
    this.limits = { integerBits: 24, subnormals: backend.mode !== 'webgpu', largestAngle }
    this.modes = {
      mode: backend.mode,
      ...(adapter && { adapter: adapter.description, software: adapter.isSoftware }),
      integers: 'exact to 2^24',
    }
  }

  async compile(graph: Graph): Promise<Program> {
    const program = compileProgram(graph, this.#memory)
    return { size: program.size, run: (inputs) => this.#inTurn(() => program.run(inputs)) }
  }

  async upload(elements: HostArray): Promise<Storage> {
    return this.#memory.keep(dtypeOf(elements), elements.length, this.#memory.upload(elements))
  }

  async read(storage: Storage): Promise<HostArray> {
    if (!(storage instanceof GpuStorage)) throw new Error('gpu: this storage belongs to another executor')
    const { cell, dtype, length } = storage
    return this.#memory.read(cell.block, dtype, length)
  }

  #inTurn<Result>(run: () => Promise<Result>): Promise<Result> {
    const result = this.#lastRun.then(run)
    this.#lastRun = result.catch(() => undefined)
    return result
  }
}

/**
 * Opens the executor on WebGPU, and returns it with its adapter. `watch` may wrap the backend, for tests. Throws an
 * `InvalidInputError` that says what is missing.
 */
export async function openWebGpu(
  watch = (backend: Backend): Backend => backend,
): Promise<{ readonly executor: Executor; readonly adapter: Adapter }> {
  const { gpuJs, context, adapter } = await acquireAdapter()
  const backend = watch(await DeviceBackend.open(gpuJs, context))
  return { executor: new GpuExecutor(backend, adapter), adapter }
}

/** Creates an executor in a mode of GPU.js that needs no GPU, for tests: the wasm executor is faster. */
export async function gpuJsOnHost(mode: HostMode): Promise<Executor> {
  return new GpuExecutor(new HostBackend(await loadGpuJs(), mode))
}
