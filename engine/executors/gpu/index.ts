import { dtypeOf, type HostArray } from '../../dtype.ts'
import type { Executor, NumberLimits, Program } from '../../executor.ts'
import type { Storage } from '../../node.ts'
import type { Graph } from '../../plan/graph.ts'
import { type Adapter, acquireAdapter } from './adapter.ts'
import type { Backend, KernelRunner } from './backend.ts'
import { DeviceBackend } from './device/backend.ts'
import type { Watcher } from './device/memory.ts'
import { translates } from './device/probe.ts'
import { loadGpuJs } from './gpujs.ts'
import { HandleRunner } from './handleRunner.ts'
import { type HostMode, HostRunner } from './hostRunner.ts'
import { largestAngle } from './kernels/functions.ts'
import { compileProgram } from './program.ts'
import { takesShaders } from './shaderProbe.ts'
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

/** Compiles a graph whose storages are in this memory. */
type Compile = (graph: Graph, memory: GpuMemory) => Program

/** Computes in float32 with GPU.js kernels. Runs are queued: each starts after the previous one has ended. */
class GpuExecutor implements Executor {
  readonly name = 'gpu'
  readonly modes: GpuModes
  readonly limits: NumberLimits
  readonly #memory: GpuMemory
  readonly #compile: Compile
  #lastRun: Promise<unknown> = Promise.resolve()

  constructor(backend: Backend, compile: Compile, adapter?: Adapter) {
    this.#compile = compile
    this.#memory = new GpuMemory(this, backend)
    this.limits = { integerBits: 24, subnormals: backend.mode !== 'webgpu', largestAngle }
    this.modes = {
      mode: backend.mode,
      ...(adapter && { adapter: adapter.description, software: adapter.isSoftware }),
      integers: 'exact to 2^24',
    }
  }

  async compile(graph: Graph): Promise<Program> {
    const program = this.#compile(graph, this.#memory)
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

/** How to open WebGPU, for tests and measurements. */
export interface WebGpuOptions {
  /** Sees each launch of each run. */
  readonly watch?: Watcher
  /** Whether kernels may have shaders of their own, if GPU.js takes them. */
  readonly shaders?: boolean
  /** Whether whole plans run at a time, if GPU.js shows its translation of kernels; otherwise kernels run one by one. */
  readonly wholePlans?: boolean
}

/** Opens the executor on WebGPU, and returns it with its adapter. Throws an `InvalidInputError` that says what is missing. */
export async function openWebGpu({
  watch,
  shaders = true,
  wholePlans = true,
}: WebGpuOptions = {}): Promise<{ readonly executor: Executor; readonly adapter: Adapter }> {
  const { gpuJs, context, adapter } = await acquireAdapter()
  const factory = new gpuJs.GPU({ mode: 'webgpu' })
  if (wholePlans && (await translates(context, factory))) {
    const backend = new DeviceBackend(context, factory, shaders, watch)
    const compile: Compile = (graph, memory) => backend.compile(graph, memory)
    return { executor: new GpuExecutor(backend, compile, adapter), adapter }
  }
  const takes = shaders && (await takesShaders(factory))
  const runner = await HandleRunner.open(gpuJs, context, factory, takes)
  return { executor: oneByOne(runner, adapter), adapter }
}

/** Creates an executor in a mode of GPU.js that needs no GPU, for tests: the wasm executor is faster. */
export async function gpuJsOnHost(mode: HostMode): Promise<Executor> {
  return oneByOne(new HostRunner(await loadGpuJs(), mode))
}

/** Creates an executor whose kernels run one at a time. */
function oneByOne(runner: KernelRunner, adapter?: Adapter): Executor {
  return new GpuExecutor(runner, (graph, memory) => compileProgram(graph, memory, runner), adapter)
}
