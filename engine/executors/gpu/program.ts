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

/** One kernel of a program. */
interface KernelLaunch {
  readonly result: number
  /** Undefined where the result is empty, and where it is made on the host: the halves of a key that came from there. */
  readonly kernel: KernelSource | undefined
  readonly keyInput: View | undefined
  /** The values that nobody reads after this launch. */
  readonly released: readonly number[]
}

/** Schedules a graph and writes its kernels; GPU.js compiles them when they first run. */
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

/** Where in the graph's inputs a kernel finds a key that the host has. */
function keyInputOf(kernel: Kernel<GpuCall>, { inputs }: Graph): View | undefined {
  if (kernel.kind !== 'call' || kernel.name !== 'halves') return undefined
  const [key] = kernel.inputs
  return inputs[key.value]?.resident === false ? key : undefined
}

/** The two words of a key. */
function wordsAt({ value, offset, strides: [stride] }: View, inputs: readonly Argument[]): number[] {
  const elements = inputs[value] as HostArray
  return [elements[offset], elements[offset + stride]]
}

class GpuProgram implements Program {
  readonly size: ProgramSize
  readonly #schedule: Schedule
  readonly #launches: readonly KernelLaunch[]
  readonly #memory: GpuMemory
  /** The values that kernels read, or that are results. */
  readonly #read: ReadonlySet<number>

  constructor(plan: Schedule, launches: readonly KernelLaunch[], memory: GpuMemory) {
    this.size = { kernels: launches.length, arenaBytes: 0 }
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
    /** Claims to the values that exist. */
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

  /** Claims what lives on the device, and uploads the rest of what kernels read. */
  #claimInputs(inputs: readonly Argument[], blocks: Map<number, Block>): void {
    inputs.forEach((input, value) => {
      if (input instanceof GpuStorage) blocks.set(value, this.#memory.backend.share(input.cell.block))
      else if (this.#read.has(value)) blocks.set(value, this.#memory.upload(input as HostArray))
    })
  }

  /** Results go where they are wanted; only now that all is computed may variables take their new values. */
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
