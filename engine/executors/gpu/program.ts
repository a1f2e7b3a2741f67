import type { HostArray } from '../../dtype.ts'
import type { Argument, Program, ProgramSize, Result } from '../../executor.ts'
import type { Graph } from '../../plan/graph.ts'
import { valuesRead, valuesWritten } from '../../plan/kernels.ts'
import { lifetimesOf } from '../../plan/memory.ts'
import { type Schedule, schedule } from '../../plan/schedule.ts'
import type { View } from '../../plan/view.ts'
import { sizeOf } from '../../shape.ts'
import { refuseFloat64 } from '../float32.ts'
import type { Block, KernelRunner } from './backend.ts'
import { gpuDialect } from './dialect.ts'
import { halvesOfKey, keyInputOf } from './hostKeys.ts'
import type { GpuCall } from './kernels/calls.ts'
import { sourceOf } from './kernels/index.ts'
import { type KernelSource, mostArrays } from './kernels/writer.ts'
import { withSingleResults } from './results.ts'
import { type GpuMemory, GpuStorage } from './storage.ts'

/** One launch of a kernel in a program. */
interface KernelLaunch {
  readonly result: number
  /** Undefined for an empty result, and for one computed on the host: the halves of a key from the host. */
  readonly kernel: KernelSource | undefined
  readonly keyInput: View | undefined
  /** The values that no later launch reads. */
  readonly released: readonly number[]
}

/** Compiles a graph: schedules it and generates the source of its kernels, which GPU.js compiles when they first run. */
export function compileProgram(graph: Graph, memory: GpuMemory, runner: KernelRunner): Program {
  refuseFloat64('gpu', graph)
  const { kernels, values, outputs } = schedule(graph, gpuDialect)
  const allValues = [...values]
  const single = withSingleResults(kernels, allValues, mostArrays)
  const plan = { kernels: single, values: allValues, outputs }
  return new GpuProgram(plan, launchesOf(graph, plan, runner), memory, runner)
}

function launchesOf(
  graph: Graph,
  { kernels, values, outputs }: Schedule<GpuCall>,
  { target }: KernelRunner,
): KernelLaunch[] {
  const wanted = new Set(outputs.map(({ value }) => value))
  const lifetimes = lifetimesOf(kernels)
  return kernels.map((kernel, time): KernelLaunch => {
    const [result] = valuesWritten(kernel)
    const keyInput = keyInputOf(kernel, graph)
    const isComputed = keyInput === undefined && sizeOf(values[result].shape) > 0
    const touched = new Set([...valuesRead(kernel), result])
    return {
      result,
      kernel: isComputed ? sourceOf(kernel, target) : undefined,
      keyInput,
      released: [...touched].filter((value) => lifetimes.get(value)?.to === time && !wanted.has(value)),
    }
  })
}

class GpuProgram implements Program {
  readonly size: ProgramSize
  readonly #schedule: Schedule
  readonly #launches: readonly KernelLaunch[]
  readonly #memory: GpuMemory
  readonly #runner: KernelRunner
  /** The values that kernels read or that are outputs. */
  readonly #read: ReadonlySet<number>

  constructor(plan: Schedule, launches: readonly KernelLaunch[], memory: GpuMemory, runner: KernelRunner) {
    this.size = { kernels: launches.length, invariantKernels: 0, arenaBytes: 0, invariantBytes: 0 }
    this.#schedule = plan
    this.#launches = launches
    this.#memory = memory
    this.#runner = runner
    this.#read = new Set([
      ...launches.flatMap(({ kernel }) => kernel?.values ?? []),
      ...plan.outputs.map(({ value }) => value),
    ])
  }

  async run(inputs: readonly Argument[]): Promise<Result[]> {
    /** References to the values computed so far. */
    const blocks = new Map<number, Block>()
    try {
      this.#claimInputs(inputs, blocks)
      for (const launch of this.#launches) {
        blocks.set(launch.result, await this.#compute(launch, inputs, blocks))
        for (const value of launch.released) {
          const last = blocks.get(value)
          if (last !== undefined) this.#runner.release(last)
          blocks.delete(value)
        }
      }
      return await this.#collect(inputs, blocks)
    } finally {
      for (const block of blocks.values()) this.#runner.release(block)
    }
  }

  async #compute(
    { kernel, keyInput }: KernelLaunch,
    inputs: readonly Argument[],
    blocks: ReadonlyMap<number, Block>,
  ): Promise<Block> {
    if (keyInput !== undefined) return this.#runner.upload(halvesOfKey(keyInput, inputs))
    if (kernel === undefined) return this.#memory.upload(new Float32Array(0))
    const operands = kernel.values.map((value) => blocks.get(value)!)
    return this.#runner.run(kernel, operands)
  }

  /** Takes references to inputs on the device, and uploads the host inputs that kernels read. */
  #claimInputs(inputs: readonly Argument[], blocks: Map<number, Block>): void {
    inputs.forEach((input, value) => {
      if (input instanceof GpuStorage) blocks.set(value, this.#runner.share(input.cell.block))
      else if (this.#read.has(value)) blocks.set(value, this.#memory.upload(input as HostArray))
    })
  }

  /** Delivers the outputs. Variables take their new values only after everything has been computed. */
  async #collect(inputs: readonly Argument[], blocks: ReadonlyMap<number, Block>): Promise<Result[]> {
    const results: Result[] = []
    const { values, outputs } = this.#schedule
    for (const { value, destination } of outputs) {
      const block = blocks.get(value)!
      const { shape, dtype } = values[value]
      const length = sizeOf(shape)
      if (destination === 'host') results.push(await this.#memory.read(block, dtype, length))
      else if (destination === 'kept')
        results.push(this.#memory.keep(dtype, length, this.#runner.share(block)))
      else {
        const { cell } = inputs[destination.overwrites] as GpuStorage
        this.#runner.release(cell.block)
        cell.block = this.#runner.share(block)
        results.push(undefined)
      }
    }
    return results
  }
}
