import type { HostArray } from '../../dtype.ts'
import { InvalidInputError } from '../../errors.ts'
import type { Graph } from '../../plan/graph.ts'
import { renumber } from '../../plan/kernels.ts'
import { type Schedule, schedule } from '../../plan/schedule.ts'
import { format, sizeOf } from '../../shape.ts'
import type { Argument, Program, Result } from '../executor.ts'
import { assemble } from './assembler/module.ts'
import { expansions } from './expansions.ts'
import { hostFunctions, hostImports } from './hostFunctions.ts'
import { codeOf } from './kernels/index.ts'
import type { KernelCode } from './kernels/kernelCode.ts'
import { type Placement, placeValues } from './placement.ts'
import type { WasmMemory, WasmStorage } from './storage.ts'

type KernelFunction = (...pointers: number[]) => void

/** Schedules a graph, writes its kernels into one module, and lays out its memory. */
export async function compileProgram(graph: Graph, memory: WasmMemory): Promise<Program> {
  refuseFloat64(graph)
  const plan = schedule(graph, expansions)
  const { codes, calls } = writeKernels(plan)
  const bytes = assemble({ imports: hostImports, functions: codes.map(({ builder }) => builder) })
  const { instance } = await WebAssembly.instantiate(bytes, {
    env: { memory: memory.heap.memory, ...hostFunctions },
  })
  const functions = codes.map((_, i) => instance.exports[String(i)] as KernelFunction)
  const steps = calls.map(({ code, values }) => ({ run: functions[code], values }))
  return new WasmProgram(graph, plan, placeValues(graph, plan), steps, memory)
}

function refuseFloat64(graph: Graph): void {
  const wide = [...graph.inputs, ...graph.operations].find(({ dtype }) => dtype === 'float64')
  if (wide === undefined) return
  throw new InvalidInputError(
    `wasm: this executor computes in float32, but the computation holds a float64 tensor ${format(wide.shape)}: ` +
      "cast it to float32, or use the 'reference' executor",
  )
}

/** The distinct kernels of a schedule, and the calls of them in order. */
function writeKernels({ kernels, values }: Schedule): {
  codes: KernelCode[]
  calls: { code: number; values: number[] }[]
} {
  const codes: KernelCode[] = []
  const known = new Map<string, number>()
  const calls = kernels.map((kernel) => {
    // Values numbered as they occur: kernels that do the same to other values are the same.
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
      code = codes.push(codeOf(anonymous, slotValues)) - 1
      known.set(key, code)
    }
    return { code, values: codes[code].values.map((slot) => slots[slot]) }
  })
  return { codes, calls }
}

interface Step {
  readonly run: KernelFunction
  /** The values that it is given pointers to. */
  readonly values: readonly number[]
}

class WasmProgram implements Program {
  readonly #graph: Graph
  readonly #schedule: Schedule
  readonly #placement: Placement
  readonly #steps: readonly Step[]
  readonly #memory: WasmMemory

  constructor(
    graph: Graph,
    plan: Schedule,
    placement: Placement,
    steps: readonly Step[],
    memory: WasmMemory,
  ) {
    this.#graph = graph
    this.#schedule = plan
    this.#placement = placement
    this.#steps = steps
    this.#memory = memory
  }

  /** Runs from beginning to end without giving way, so that runs never share the arena. */
  async run(inputs: readonly Argument[]): Promise<Result[]> {
    const arena = this.#memory.arena(this.#placement.arenaBytes)
    const kept = this.#allocateOutputs()
    const pointers = this.#placement.places.map((place): number => {
      if (place === undefined) return 0
      if (place.in === 'arena') return arena + place.offset
      return place.in === 'input'
        ? (inputs[place.input] as WasmStorage).address
        : kept.get(place.output)!.address
    })
    this.#graph.inputs.forEach(({ resident }, input) => {
      if (!resident && this.#placement.places[input] !== undefined) {
        this.#memory.write(pointers[input], inputs[input] as HostArray)
      }
    })
    for (const { run, values } of this.#steps) run(...values.map((value) => pointers[value]))
    return this.#collect(inputs, pointers, kept)
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

  /** Moves the outputs that were not computed in their places: all reads first, since variables may swap. */
  #collect(
    inputs: readonly Argument[],
    pointers: readonly number[],
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
