import type { Graph } from '../../../plan/graph.ts'
import { type HoistedSchedule, kernelsInOrder } from '../../../plan/invariants.ts'
import { scratchAmong, valuesRead, valuesWritten } from '../../../plan/kernels.ts'
import { sizeOf } from '../../../shape.ts'
import { bytesPerElement } from '../kernels/lanes.ts'
import type { Place, Placement } from '../memory/placement.ts'

/**
 * Returns, for each kernel, whether it needs a barrier before it: because it writes memory that a kernel since the last
 * barrier has touched, or reads memory that one has written. The kernels of an optimizer share no memory, so they run
 * without barriers. Memory is compared, not values: values with disjoint lifetimes share memory. Invariant parts, of which
 * a run may leave out any, are separated by barriers.
 */
export function barriersBefore(graph: Graph, plan: HoistedSchedule, { places }: Placement): boolean[] {
  const { values, parts } = plan
  const kernels = kernelsInOrder(plan)
  const firstAfterPart = new Set(
    (parts.length === 0 ? [] : [...parts.slice(1), plan]).map((part) => part.kernels[0]),
  )
  const isScratch = scratchAmong(graph, kernels)
  const extentOf = (value: number) => extent(places[value]!, sizeOf(values[value].shape) * bytesPerElement)
  let since = { read: [] as Extent[], written: [] as Extent[] }
  return kernels.map((kernel) => {
    const operands = valuesRead(kernel)
    const read = operands.map(extentOf)
    const written = [...valuesWritten(kernel), ...operands.filter(isScratch)].map(extentOf)
    const needsBarrier =
      firstAfterPart.has(kernel) ||
      overlap(written, [...since.read, ...since.written]) ||
      overlap(read, since.written)
    if (needsBarrier) since = { read: [], written: [] }
    since.read.push(...read)
    since.written.push(...written)
    return needsBarrier
  })
}

/** A range of bytes in a block of memory. Blocks do not overlap. */
interface Extent {
  readonly block: string
  readonly from: number
  readonly to: number
}

function extent(place: Place, bytes: number): Extent {
  if (place.in === 'arena') return { block: 'arena', from: place.offset, to: place.offset + bytes }
  if (place.in === 'invariants') return { block: 'invariants', from: place.offset, to: place.offset + bytes }
  const block = place.in === 'input' ? `input ${place.input}` : `output ${place.output}`
  return { block, from: 0, to: bytes }
}

function overlap(some: readonly Extent[], others: readonly Extent[]): boolean {
  return some.some((a) => others.some((b) => a.block === b.block && a.from < b.to && b.from < a.to))
}
