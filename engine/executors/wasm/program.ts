import { yieldToEventLoop } from '../../../base/yieldToEventLoop.ts'
import type { HostArray } from '../../dtype.ts'
import type { Argument, Program, ProgramSize, Result } from '../../executor.ts'
import type { Graph } from '../../plan/graph.ts'
import { type HoistedSchedule, hoistInvariants, kernelsInOrder } from '../../plan/invariants.ts'
import { renumber } from '../../plan/kernels.ts'
import { schedule } from '../../plan/schedule.ts'
import { sizeOf } from '../../shape.ts'
import { refuseFloat64 } from '../float32.ts'
import { Freshness } from '../freshness.ts'
import { assemble } from './assembler/module.ts'
import { hostImports } from './hostFunctions.ts'
import type { WasmCall } from './kernels/calls.ts'
import { codeOf } from './kernels/index.ts'
import type { KernelCode } from './kernels/kernelCode.ts'
import { dialectOf } from './lowering/dialect.ts'
import { withTotals } from './lowering/longSums.ts'
import { type Placement, placeValues } from './memory/placement.ts'
import type { WasmMemory, WasmStorage } from './memory/storage.ts'
import type { EngineModes } from './modes.ts'
import { barriersBefore } from './threads/barriers.ts'
import type { KernelLaunch } from './threads/launches.ts'
import type { LoadedProgram, ThreadPool } from './threads/threadPool.ts'

/** Milliseconds after which a run yields to the event loop, if the caller has not. */
const longestSilence = 250

/** Compiles a graph: schedules it, generates its kernels as one module, and lays out its memory. */
export async function compileProgram(
  graph: Graph,
  memory: WasmMemory,
  pool: ThreadPool,
  modes: EngineModes,
): Promise<Program> {
  refuseFloat64('wasm', graph)
  const plan = hoistInvariants(graph, withTotals(schedule(graph, dialectOf(modes))))
  const placement = placeValues(graph, plan)
  const { codes, launches } = writeKernels(graph, plan, placement, modes)
  const functions = codes.map(({ builder }) => builder)
  const bytes = assemble({ imports: hostImports, functions, sharedMemory: modes.sharedMemory })
  const program = await pool.load(await WebAssembly.compile(bytes), launches)
  return new WasmProgram(graph, plan, placement, program, memory, pool)
}

/** Returns the code of the distinct kernels of a schedule, and their launches in order. */
function writeKernels(
  graph: Graph,
  plan: HoistedSchedule<WasmCall>,
  placement: Placement,
  modes: EngineModes,
): {
  codes: KernelCode[]
  launches: KernelLaunch[]
} {
  const codes: KernelCode[] = []
  const known = new Map<string, number>()
  const { values, parts } = plan
  const partOf = new Map(
    parts.flatMap(({ kernels }, part) => kernels.map((kernel) => [kernel, part] as const)),
  )
  const launches = kernelsInOrder(plan).map((kernel) => {
    // Values are renumbered by first use, so that kernels that differ only in their values share code.
    const slots: number[] = []
    const anonymous = renumber(kernel, (value) => {
      const slot = slots.indexOf(value)
      return slot >= 0 ? slot : slots.push(value) - 1
    })
    const slotValues = slots.map((value) => values[value])
    const key = JSON.stringify([anonymous, slotValues], (_, item) =>
      Number.isFinite(item) && !Object.is(item, -0) ? item : typeof item === 'number' ? String(item) : item,
    )
    let code = known.get(key)
    if (code === undefined) {
      code = codes.push(codeOf(anonymous, slotValues, modes)) - 1
      known.set(key, code)
    }
    const { units, wholeShares, values: ownSlots } = codes[code]
    return {
      name: kernel.kind === 'call' ? kernel.name : kernel.kind,
      code,
      units,
      wholeShares,
      values: ownSlots.map((slot) => slots[slot]),
      invariantPart: partOf.get(kernel),
    }
  })
  const units = launches.map((launch) => launch.units)
  const barriers = barriersBefore(graph, plan, placement, units)
  return { codes, launches: launches.map((launch, i) => ({ ...launch, needsBarrier: barriers[i] })) }
}

function sizeOfProgram(plan: HoistedSchedule, { arenaBytes, invariantBytes }: Placement): ProgramSize {
  const invariantKernels = plan.parts.reduce((count, { kernels }) => count + kernels.length, 0)
  return { kernels: invariantKernels + plan.kernels.length, arenaBytes, invariantKernels, invariantBytes }
}

class WasmProgram implements Program {
  readonly size: ProgramSize
  readonly #graph: Graph
  readonly #schedule: HoistedSchedule
  readonly #freshness: Freshness
  readonly #placement: Placement
  readonly #program: LoadedProgram
  readonly #memory: WasmMemory
  readonly #pool: ThreadPool

  constructor(
    graph: Graph,
    plan: HoistedSchedule,
    placement: Placement,
    program: LoadedProgram,
    memory: WasmMemory,
    pool: ThreadPool,
  ) {
    this.#graph = graph
    this.#schedule = plan
    this.#freshness = new Freshness(plan.parts)
    this.#placement = placement
    this.size = sizeOfProgram(plan, placement)
    this.#program = program
    this.#memory = memory
    this.#pool = pool
  }

  /** Computes without yielding to the event loop, so that two runs never use the arena at once. */
  async run(inputs: readonly Argument[]): Promise<Result[]> {
    const arena = this.#memory.arena(this.#placement.arenaBytes)
    const invariants = this.#invariantBlock()
    const outputs = this.#allocateOutputs()
    const pointers = Uint32Array.from(this.#placement.places, (place): number => {
      if (place === undefined) return 0
      if (place.in === 'arena') return arena + place.offset
      if (place.in === 'invariants') return invariants + place.offset
      return place.in === 'input'
        ? (inputs[place.input] as WasmStorage).address
        : outputs.get(place.output)!.address
    })
    this.#graph.inputs.forEach(({ resident }, input) => {
      if (!resident && this.#placement.places[input] !== undefined) {
        this.#memory.write(pointers[input], inputs[input] as HostArray)
      }
    })
    const { stale, done } = this.#freshness.begin((input) => (inputs[input] as WasmStorage).version)
    for (const { destination } of this.#schedule.outputs) {
      if (typeof destination === 'object') (inputs[destination.overwrites] as WasmStorage).overwrite()
    }
    this.#pool.run(this.#program, pointers, stale)
    done()
    const results = this.#collect(inputs, pointers, outputs)
    await yieldToEventLoop(longestSilence)
    return results
  }

  /** Returns the address of the results of the invariant parts. */
  #invariantBlock(): number {
    const { invariantBytes } = this.#placement
    if (invariantBytes === 0) return 0
    const { address, isNew } = this.#memory.invariants.claim(this, invariantBytes)
    if (isNew) this.#freshness.forget()
    return address
  }

  #allocateOutputs(): Map<number, WasmStorage> {
    const kept = new Map<number, WasmStorage>()
    this.#schedule.outputs.forEach(({ value, destination }, output) => {
      if (destination !== 'kept') return
      const { shape, dtype } = this.#schedule.values[value]
      kept.set(output, this.#memory.allocate(dtype, sizeOf(shape)))
    })
    return kept
  }

  /** Copies outputs that were not computed in place. All reads come first, since variables may swap values. */
  #collect(
    inputs: readonly Argument[],
    pointers: Uint32Array,
    kept: ReadonlyMap<number, WasmStorage>,
  ): Result[] {
    const copies: { from: HostArray; to: number }[] = []
    const results = this.#schedule.outputs.map(({ value, destination }, output): Result => {
      const { shape, dtype } = this.#schedule.values[value]
      const from = pointers[value]
      if (destination === 'host') return this.#memory.read(from, dtype, sizeOf(shape))
      const storage =
        destination === 'kept' ? kept.get(output)! : (inputs[destination.overwrites] as WasmStorage)
      if (storage.address !== from) {
        copies.push({ from: this.#memory.read(from, dtype, sizeOf(shape)), to: storage.address })
      }
      return destination === 'kept' ? storage : undefined
    })
    for (const { from, to } of copies) this.#memory.write(to, from)
    return results
  }
}
