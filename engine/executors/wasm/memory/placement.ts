import type { Destination, Graph } from '../../../plan/graph.ts'
import { type HoistedSchedule, kernelsInOrder } from '../../../plan/invariants.ts'
import { type Kernel, scratchAmong, valuesRead, valuesWritten } from '../../../plan/kernels.ts'
import { alignedBytes, layOutArena, lifetimesOf } from '../../../plan/memory.ts'
import type { Schedule } from '../../../plan/schedule.ts'
import { equalShapes, sizeOf } from '../../../shape.ts'
import { bytesPerElement } from '../kernels/lanes.ts'

/** Where a value lives during a run. */
export type Place =
  /** In the arena, at this offset. */
  | { readonly in: 'arena'; readonly offset: number }
  /** In memory that only this program uses, at this offset: a result of an invariant part. */
  | { readonly in: 'invariants'; readonly offset: number }
  /** In the memory of a resident input. */
  | { readonly in: 'input'; readonly input: number }
  /** In separate memory that outlives the run: an output. */
  | { readonly in: 'output'; readonly output: number }

export interface Placement {
  /** Indexed by value; undefined for values that no kernel touches. */
  readonly places: readonly (Place | undefined)[]
  readonly arenaBytes: number
  /** Bytes of the results of the invariant parts. */
  readonly invariantBytes: number
}

/**
 * Scratch of at most this many bytes shares memory with no other value. If it did, each kernel that uses it would need a
 * barrier, because another kernel had just used the same memory.
 */
const smallScratch = 4096

/** Assigns memory to each value of a schedule. */
export function placeValues(graph: Graph, plan: HoistedSchedule): Placement {
  const { values, outputs, parts } = plan
  const kernels = kernelsInOrder(plan)
  const places: (Place | undefined)[] = new Array(values.length).fill(undefined)
  graph.inputs.forEach(({ resident }, input) => {
    if (resident) places[input] = { in: 'input', input }
  })
  outputs.forEach(({ value, destination }, output) => {
    if (value < graph.inputs.length || places[value] !== undefined) return
    places[value] = placeOutput(value, destination, output, kernels, outputs)
  })

  let invariantBytes = 0
  for (const value of parts.flatMap(({ results }) => results)) {
    places[value] = { in: 'invariants', offset: invariantBytes }
    invariantBytes += alignedBytes(sizeOf(values[value].shape) * bytesPerElement)
  }
  const lifetimes = lifetimesOf(kernels)
  const isScratch = scratchAmong(graph, kernels)
  const wanted = new Set(outputs.map(({ value }) => value))
  const arena = values.flatMap(({ shape }, value) => {
    const lifetime = lifetimes.get(value) ?? { from: 0, to: 0 }
    if (places[value] !== undefined) return []
    const isInput = value < graph.inputs.length
    if (!lifetimes.has(value) && !isInput && !wanted.has(value)) return []
    const bytes = sizeOf(shape) * bytesPerElement
    const isAlone = bytes <= smallScratch && isScratch(value)
    const from = isInput || isAlone ? -1 : lifetime.from
    const to = wanted.has(value) || isAlone ? kernels.length : lifetime.to
    return [{ value, bytes, from, to }]
  })
  const { offsets, bytes } = layOutArena(arena)
  arena.forEach(({ value }, i) => {
    places[value] = { in: 'arena', offset: offsets[i] }
  })
  return { places, arenaBytes: bytes, invariantBytes }
}

function placeOutput(
  value: number,
  destination: Destination,
  output: number,
  kernels: readonly Kernel[],
  outputs: Schedule['outputs'],
): Place | undefined {
  if (destination === 'kept') return { in: 'output', output }
  if (destination === 'host') return undefined
  const input = destination.overwrites
  const stillWanted = outputs.some((other) => other.value === input)
  return !stillWanted && canOverwrite(value, input, kernels) ? { in: 'input', input } : undefined
}

/**
 * Returns whether a value can overwrite an input: no kernel reads the input after the value is first written, and the
 * kernel that writes it reads each element of the input only at the position that it writes.
 */
function canOverwrite(value: number, input: number, kernels: readonly Kernel[]): boolean {
  const writer = kernels.findIndex((kernel) => valuesWritten(kernel).includes(value))
  const lastReader = kernels.findLastIndex((kernel) => valuesRead(kernel).includes(input))
  if (lastReader !== writer) return lastReader < writer
  const kernel = kernels[writer]
  if (kernel.kind !== 'loop') return false
  const store = kernel.stores.find(({ view }) => view.value === value)
  if (store === undefined) return false
  return kernel.body.every(
    (instruction) =>
      instruction.name !== 'load' ||
      instruction.view.value !== input ||
      (instruction.view.offset === store.view.offset &&
        equalShapes(instruction.view.strides, store.view.strides)),
  )
}
