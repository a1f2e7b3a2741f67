import type { Graph } from '../../../plan/graph.ts'
import { type HoistedSchedule, kernelsInOrder } from '../../../plan/invariants.ts'
import { scratchAmong, valuesRead, viewsWritten } from '../../../plan/kernels.ts'
import type { View } from '../../../plan/view.ts'
import { equalShapes, sizeOf } from '../../../shape.ts'
import { sparedBy } from '../kernels/clear.ts'
import { bytesPerElement } from '../kernels/lanes.ts'
import type { Place, Placement } from '../memory/placement.ts'

/**
 * Returns, for each kernel, whether it needs a barrier before it: because it writes memory that a kernel since the last
 * barrier has touched, or reads memory that one has written, and several threads do so. (The first thread alone computes
 * kernels of one unit, in order.) The kernels of an optimizer share no memory, so they run without barriers. Memory is
 * compared, not values: values with disjoint lifetimes share memory. Invariant parts, of which a run may leave out any, are
 * separated by barriers.
 */
export function barriersBefore(
  graph: Graph,
  plan: HoistedSchedule,
  { places }: Placement,
  units: readonly number[],
): boolean[] {
  const { values, parts } = plan
  const kernels = kernelsInOrder(plan)
  const firstAfterPart = new Set(
    (parts.length === 0 ? [] : [...parts.slice(1), plan]).map((part) => part.kernels[0]),
  )
  const isScratch = scratchAmong(graph, kernels)
  const extentOf = (value: number) => extent(places[value]!, sizeOf(values[value].shape) * bytesPerElement)
  let since = noAccesses()
  return kernels.map((kernel, i) => {
    const byFirstThread = units[i] <= 1
    const accessTo = (value: number, writes: boolean) => ({ ...extentOf(value), writes })
    const accesses: Access[] = valuesRead(kernel).map((value) => accessTo(value, isScratch(value)))
    if (kernel.kind === 'clear') {
      const spared = sparedBy(kernel, sizeOf(values[kernel.value].shape))
      accesses.push({ ...accessTo(kernel.value, true), spared })
    } else for (const view of viewsWritten(kernel)) accesses.push({ ...accessTo(view.value, true), view })
    const needsBarrier =
      firstAfterPart.has(kernel) ||
      accesses.some((own) => since.byAll.some((earlier) => clash(own, earlier))) ||
      (!byFirstThread && accesses.some((own) => since.byFirstThread.some((earlier) => clash(own, earlier))))
    if (needsBarrier) since = noAccesses()
    since[byFirstThread ? 'byFirstThread' : 'byAll'].push(...accesses)
    return needsBarrier
  })
}

/** A range of bytes in a block of memory. Blocks do not overlap. */
interface Extent {
  readonly block: string
  readonly from: number
  readonly to: number
}

/** What a kernel does to a range of memory. */
interface Access extends Extent {
  readonly writes: boolean
  /** The part of a value that it writes. */
  readonly view?: View | undefined
  /** The part of a value that it leaves alone, while it clears the rest. */
  readonly spared?: View | undefined
}

/** The accesses since a barrier. Kept apart, so that a long chain of small kernels is planned in linear time. */
function noAccesses(): Record<'byFirstThread' | 'byAll', Access[]> {
  return { byFirstThread: [], byAll: [] }
}

function clash(a: Access, b: Access): boolean {
  if (!a.writes && !b.writes) return false
  if (a.block !== b.block || a.from >= b.to || b.from >= a.to) return false
  return !writesSpared(a, b) && !writesSpared(b, a)
}

/** Whether the one writes exactly the part that the other spares. */
function writesSpared({ view }: Access, { spared }: Access): boolean {
  return (
    view !== undefined &&
    spared !== undefined &&
    view.value === spared.value &&
    view.offset === spared.offset &&
    equalShapes(view.shape, spared.shape) &&
    equalShapes(view.strides, spared.strides)
  )
}

function extent(place: Place, bytes: number): Extent {
  if (place.in === 'arena') return { block: 'arena', from: place.offset, to: place.offset + bytes }
  if (place.in === 'invariants') return { block: 'invariants', from: place.offset, to: place.offset + bytes }
  const block = place.in === 'input' ? `input ${place.input}` : `output ${place.output}`
  return { block, from: 0, to: bytes }
}
