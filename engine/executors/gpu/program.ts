import type { HostArray } from '../../dtype.ts'
import type { Argument, Program, ProgramSize, Result } from '../../executor.ts'
import type { Graph } from '../../plan/graph.ts'
import { type Kernel, valuesRead, valuesWritten } from '../../plan/kernels.ts'
import { lifetimesOf } from '../../plan/memory.ts'
import { type Schedule, schedule } from '../../plan/schedule.ts'
import type { View } from '../../plan/view.ts'
import { sizeOf } from '../../shape.ts'
import { refuseFloat64 } from '../float32.ts'
import type { Block } from './backend.ts'
import { gpuDialect } from './dialect.ts'
import type { GpuCall } from './kernels/calls.ts'
import { sourceOf } from './kernels/index.ts'
import { halvesOf } from './kernels/randomBits.ts'
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
export function compileProgram(graph: Graph, memory: GpuMemory): Program {
  refuseFloat64('gpu', graph)
  const { kernels, values, outputs } = schedule(graph, gpuDialect)
  const allValues = [...values]
  const single = withSingleResults(kernels, allValues, mostArrays)
  const plan = { kernels: single, values: allValues, outputs }
  return new GpuProgram(plan, launchesOf(graph, plan, memory), memory)
}

function launchesOf(
  graph: Graph,
  { kernels, values, outputs }: Schedule<GpuCall>,
  { backend }: GpuMemory,
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
      kernel: isComputed ? sourceOf(kernel, backend.target) : undefined,
      keyInput,
      released: [...touched].filter((value) => lifetimes.get(value)?.to === time && !wanted.has(value)),
    }
  })
}

/** Returns the view of a random key if a kernel reads it from a host input. */
function keyInputOf(kernel: Kernel<GpuCall>, { inputs }: Graph): View | undefined {
  if (kernel.kind !== 'call' || kernel.name !== 'halves') return undefined
  const [key] = kernel.inputs
  return inputs[key.value]?.resident === false ? key : undefined
}

/** Returns the two words of a key. */
function wordsAt({ value, offset, strides: [stride] }: View, inputs: readonly Argument[]): number[] {
  const elements = inputs[value] as HostArray
  return [elements[offset], elements[offset + stride]]
}

class GpuProgram implements Program {
  readonly size: ProgramSize
  readonly #schedule: Schedule
  readonly #launches: readonly KernelLaunch[]
  readonly #memory: GpuMemory
  /** The values that kernels read or that are outputs. */
  readonly #read: ReadonlySet<number>

  constructor(plan: Schedule, launches: readonly KernelLaunch[], memory: GpuMemory) {
    this.size = { kernels: launches.length, invariantKernels: 0, arenaBytes: 0, invariantBytes: 0 }
    this.#schedule = plan
    this.#launches = launches
    this.#memory = memory
    this.#read = new Set([
      ...launches.flatMap(({ kernel }) => kernel?.values ?? []),
      ...plan.outputs.map(({ value }) => value),
    ])
  }

  async run(inputs: readonly Argument[]): Promise<Result[]> {
    const { backend } = this.#memory
    /** References to the values computed so far. */
    const blocks = new Map<number, Block>()
    try {
      this.#claimInputs(inputs, blocks)
      for (const launch of this.#launches) {
        blocks.set(launch.result, await this.#compute(launch, inputs, blocks))
        for (const value of launch.released) {
          const last = blocks.get(value)
          if (last !== undefined) backend.release(last)
          blocks.delete(value)
        }
      }
      return await this.#collect(inputs, blocks)
    } finally {
      for (const block of blocks.values()) backend.release(block)
    }
  }

  async #compute(
    { kernel, keyInput }: KernelLaunch,
    inputs: readonly Argument[],
    blocks: ReadonlyMap<number, Block>,
  ): Promise<Block> {
    const { backend } = this.#memory
    if (keyInput !== undefined) return backend.upload(halvesOf(wordsAt(keyInput, inputs)))
    if (kernel === undefined) return this.#memory.upload(new Float32Array(0))
    const operands = kernel.values.map((value) => blocks.get(value)!)
    return backend.run(kernel, operands)
  }

  /** Takes references to inputs on the device, and uploads the host inputs that kernels read. */
  #claimInputs(inputs: readonly Argument[], blocks: Map<number, Block>): void {
    inputs.forEach((input, value) => {
      if (input instanceof GpuStorage) blocks.set(value, this.#memory.backend.share(input.cell.block))
      else if (this.#read.has(value)) blocks.set(value, this.#memory.upload(input as HostArray))
    })
  }

  /** Delivers the outputs. Variables take their new values only after everything has been computed. */
  async #collect(inputs: readonly Argument[], blocks: ReadonlyMap<number, Block>): Promise<Result[]> {
    const { backend } = this.#memory
    const results: Result[] = []
    const { values, outputs } = this.#schedule
    for (const { value, destination } of outputs) {
      const block = blocks.get(value)!
      const { shape, dtype } = values[value]
      const length = sizeOf(shape)
      if (destination === 'host') results.push(await this.#memory.read(block, dtype, length))
      else if (destination === 'kept') results.push(this.#memory.keep(dtype, length, backend.share(block)))
      else {
        const { cell } = inputs[destination.overwrites] as GpuStorage
        backend.release(cell.block)
        cell.block = backend.share(block)
        results.push(undefined)
      }
    }
    return results
  }
}
