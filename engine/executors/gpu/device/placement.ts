import type { Graph } from '../../../plan/graph.ts'
import { layOutArena } from '../../../plan/memory.ts'
import type { ScheduledValue } from '../../../plan/scheduler.ts'
import { sizeOf } from '../../../shape.ts'
import type { DevicePlan, Launch } from './plan.ts'
import { regionBytes } from './regions.ts'

/** Where a value is that does not outlive a run. */
export interface ArenaPlace {
  readonly arena: number
  readonly offset: number
  readonly bytes: number
}

export interface Placement {
  /** The places of the values in arenas; the others are variables, results that stay, and the memory of outputs. */
  readonly places: ReadonlyMap<number, ArenaPlace>
  /** The bytes of each arena. */
  readonly arenas: readonly number[]
}

interface Lived {
  readonly value: number
  readonly from: number
  readonly to: number
  readonly bytes: number
}

/** Places values so that those that live at the same time do not overlap, in arenas of at most this many bytes. */
export function placeInArenas(graph: Graph, plan: DevicePlan, largestArena: number): Placement {
  const lived = livesOf(graph, plan)
  for (let count = 1; ; count++) {
    const shares = Array.from({ length: count }, () => [] as Lived[])
    // The largest first, so that shares are about equal.
    const bySize = lived.toSorted((a, b) => b.bytes - a.bytes)
    for (const [i, each] of bySize.entries()) shares[i % count].push(each)
    const layouts = shares.map(layOutArena)
    const fits = layouts.every(({ bytes }) => bytes <= largestArena)
    if (!fits && count < lived.length) continue
    const places = shares.flatMap((share, arena) =>
      share.map(({ value, bytes }, i) => {
        return [value, { arena, offset: layouts[arena].offsets[i], bytes }] as const
      }),
    )
    return { places: new Map(places), arenas: layouts.map(({ bytes }) => bytes) }
  }
}

/** The lives of values in arenas, counted in launches. */
function livesOf({ inputs }: Graph, plan: DevicePlan): Lived[] {
  const { values, invariant, launches, deliveries, outputs, keys } = plan
  const elsewhere = new Set([
    ...invariant.results,
    ...outputs.flatMap(({ target }) => target ?? []),
    ...inputs.flatMap(({ resident }, input) => (resident ? [input] : [])),
  ])
  const all: readonly Launch[] = [...invariant.launches, ...launches, ...deliveries]
  const lives = new Map<number, { readonly from: number; readonly to: number }>()
  const touch = (value: number, time: number) => {
    // What the host writes is there before the first launch.
    const start = value < inputs.length ? 0 : time
    lives.set(value, { from: lives.get(value)?.from ?? start, to: time })
  }
  for (const { halves } of keys) touch(halves, 0)
  all.forEach((launch, time) => {
    for (const { reads, results } of launch) for (const value of [...reads, ...results]) touch(value, time)
  })
  for (const { value } of outputs) touch(value, all.length)
  return [...lives]
    .filter(([value]) => !elsewhere.has(value))
    .map(([value, life]) => ({ value, ...life, bytes: bytesOf(values[value]) }))
}

function bytesOf({ shape }: ScheduledValue): number {
  return regionBytes(sizeOf(shape))
}
