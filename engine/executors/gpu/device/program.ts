import type { HostArray } from '../../../dtype.ts'
import type { Argument, Program, ProgramSize, Result } from '../../../executor.ts'
import type { Graph } from '../../../plan/graph.ts'
import { sizeOf } from '../../../shape.ts'
import { Freshness } from '../../freshness.ts'
import { halvesOfKey } from '../hostKeys.ts'
import { floatsOf, type GpuMemory, GpuStorage } from '../storage.ts'
import { BoundLaunch } from './boundLaunch.ts'
import type { DeviceMemory } from './memory.ts'
import { type ArenaPlace, placeInArenas } from './placement.ts'
import type { DevicePlan } from './plan.ts'
import { largestBuffer, type Region, regionBytes } from './regions.ts'
import type { GpuBuffer } from './webgpu.ts'

/** A plan on the device: each run encodes all launches and submits them at once. Nothing waits for the device. */
export class DeviceProgram implements Program {
  readonly size: ProgramSize
  readonly #graph: Graph
  readonly #plan: DevicePlan
  readonly #memory: GpuMemory
  readonly #device: DeviceMemory
  readonly #places: ReadonlyMap<number, ArenaPlace>
  readonly #arenaBytes: readonly number[]
  readonly #invariant: readonly BoundLaunch[]
  readonly #everyRun: readonly BoundLaunch[]
  /** The regions of values in arenas, and of results that stay. */
  readonly #regions = new Map<number, Region>()
  readonly #freshness: Freshness
  #arenas: readonly GpuBuffer[] = []

  constructor(graph: Graph, plan: DevicePlan, memory: GpuMemory, device: DeviceMemory) {
    this.#graph = graph
    this.#plan = plan
    this.#memory = memory
    this.#device = device
    const { places, arenas } = placeInArenas(graph, plan, largestBuffer(device.device))
    this.#places = places
    this.#arenaBytes = arenas
    const { invariant, launches, deliveries } = plan
    this.#invariant = invariant.launches.map((launch) => new BoundLaunch(launch, device))
    this.#everyRun = [...launches, ...deliveries].map((launch) => new BoundLaunch(launch, device))
    this.#freshness = new Freshness([invariant])
    this.size = sizeOfProgram(plan, arenas)
  }

  run(inputs: readonly Argument[]): Promise<Result[]> {
    return this.#device.whileThere(() => this.#run(inputs))
  }

  async #run(inputs: readonly Argument[]): Promise<Result[]> {
    this.#claimMemory()
    const results = this.#allocateResults(inputs)
    const regionOf = this.#regionsWith(inputs, results)
    const { stale, done } = this.#freshness.begin((input) => (inputs[input] as GpuStorage).version)
    const launches = stale.length > 0 ? [...this.#invariant, ...this.#everyRun] : this.#everyRun
    await Promise.all(launches.map((launch) => launch.bind(regionOf)))
    await this.#device.run(launches, () => this.#writeInputs(inputs))
    done()
    return this.#collect(results, regionOf)
  }

  /** Makes sure that arenas are as large as this program needs, and that its results that stay have memory. */
  #claimMemory(): void {
    const { invariant, values } = this.#plan
    const arenas = this.#device.arenas.claim(this.#arenaBytes)
    const isNew = arenas.some((buffer, i) => buffer !== this.#arenas[i])
    if (isNew) {
      for (const [value, { arena, offset, bytes }] of this.#places) {
        this.#regions.set(value, { buffer: arenas[arena], offset, bytes })
      }
      this.#arenas = arenas
    }
    for (const value of invariant.results) {
      if (this.#regions.has(value)) continue
      this.#regions.set(value, this.#device.allocateFor(this, sizeOf(values[value].shape)))
    }
  }

  /** Returns the storage of each output: a new one, that of the variable that it overwrites, or none for the host. */
  #allocateResults(inputs: readonly Argument[]): (GpuStorage | undefined)[] {
    const { outputs, values } = this.#plan
    return outputs.map(({ value, destination }) => {
      if (destination === 'host') return undefined
      if (destination !== 'kept') return inputs[destination.overwrites] as GpuStorage
      const { shape, dtype } = values[value]
      return this.#memory.keep(dtype, sizeOf(shape), this.#device.slabs.allocate(sizeOf(shape)))
    })
  }

  /** Returns the function from values to regions in a run. */
  #regionsWith(
    inputs: readonly Argument[],
    results: readonly (GpuStorage | undefined)[],
  ): (value: number) => Region {
    const targets = new Map(
      this.#plan.outputs.map(({ target }, i) => [target, results[i]?.cell.block as Region | undefined]),
    )
    return (value) => {
      const input = inputs[value]
      if (input instanceof GpuStorage) return input.cell.block as Region
      return this.#regions.get(value) ?? targets.get(value)!
    }
  }

  #writeInputs(inputs: readonly Argument[]): void {
    this.#graph.inputs.forEach(({ resident }, input) => {
      const region = resident ? undefined : this.#regions.get(input)
      if (region !== undefined) this.#device.write(region, floatsOf(inputs[input] as HostArray))
    })
    for (const { key, halves } of this.#plan.keys) {
      const region = this.#regions.get(halves)
      if (region !== undefined) this.#device.write(region, halvesOfKey(key, inputs))
    }
  }

  #collect(
    results: readonly (GpuStorage | undefined)[],
    regionOf: (value: number) => Region,
  ): Promise<Result[]> {
    const { outputs, values } = this.#plan
    const delivered = outputs.map(async ({ value, destination }, i): Promise<Result> => {
      const storage = results[i]
      if (destination === 'kept') return storage
      if (storage === undefined) {
        const { shape, dtype } = values[value]
        return this.#memory.read(regionOf(value), dtype, sizeOf(shape))
      }
      storage.overwritten()
      return undefined
    })
    this.#device.reads.start()
    return Promise.all(delivered)
  }
}

function sizeOfProgram(
  { invariant, launches, deliveries, values }: DevicePlan,
  arenas: readonly number[],
): ProgramSize {
  const invariantKernels = invariant.launches.length
  return {
    kernels: invariantKernels + launches.length + deliveries.length,
    invariantKernels,
    arenaBytes: arenas.reduce((sum, bytes) => sum + bytes, 0),
    invariantBytes: invariant.results.reduce(
      (sum, value) => sum + regionBytes(sizeOf(values[value].shape)),
      0,
    ),
  }
}
