import type { Graph } from '../../../plan/graph.ts'
import { valuesRead, valuesWritten } from '../../../plan/kernels.ts'
import type { Schedule } from '../../../plan/schedule.ts'
import { sizeOf } from '../../../shape.ts'
import { bytesPerElement } from '../kernels/lanes.ts'
import { type Place, type Placement, scratchAmong } from '../memory/placement.ts'

/**
 * For each kernel, whether all threads must have ended those before it: where it writes what another has touched since
 * they last met, or reads what another has written. So the optimizer is one pass over all parameters: its kernels have
 * nothing in common. Places in memory count, not values, since values that live one after the other share them.
 */
export function barriersBefore(
  graph: Graph,
  { kernels, values }: Schedule,
  { places }: Placement,
): boolean[] {
  const isScratch = scratchAmong(graph, kernels)
  const extentOf = (value: number) => extent(places[value]!, sizeOf(values[value].shape) * bytesPerElement)
  let since = { read: [] as Extent[], written: [] as Extent[] }
  return kernels.map((kernel) => {
    const operands = valuesRead(kernel)
    const read = operands.map(extentOf)
    const written = [...valuesWritten(kernel), ...operands.filter(isScratch)].map(extentOf)
    const needsBarrier = overlap(written, [...since.read, ...since.written]) || overlap(read, since.written)
    if (needsBarrier) since = { read: [], written: [] }
    since.read.push(...read)
    since.written.push(...written)
    return needsBarrier
  })
}

/** Bytes of a block of memory that overlaps no other. */
interface Extent {
  readonly block: string
  readonly from: number
  readonly to: number
}

function extent(place: Place, bytes: number): Extent {
  if (place.in === 'arena') return { block: 'arena', from: place.offset, to: place.offset + bytes }
  const block = place.in === 'input' ? `input ${place.input}` : `output ${place.output}`
  return { block, from: 0, to: bytes }
}

function overlap(some: readonly Extent[], others: readonly Extent[]): boolean {
  return some.some((a) => others.some((b) => a.block === b.block && a.from < b.to && b.from < a.to))
}
