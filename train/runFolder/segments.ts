import { InvalidInputError } from '../../base/errors.ts'
import type { Numerics } from '../numerics.ts'
import { changesBetween } from './sameRun.ts'

/** Steps of a run that were computed in one way: those from here to the next segment. */
export type Segment = { readonly fromStep: number } & Numerics

/** Throws, naming both, where the last steps of the run in a folder were computed in another way. */
export function demandSameNumerics(folder: string, segments: readonly Segment[], now: Numerics): void {
  const { fromStep, ...before } = segments.at(-1)!
  const changes = changesBetween(before, now)
  if (changes.length === 0) return
  throw new InvalidInputError(
    `${folder}: what computes gives other bits than what computed this run before (${changes.join('; ')}): ` +
      'go on as before, or accept it with --allow-other-numerics (allowOtherNumerics)',
  )
}

/** Returns the segments of a run that continues after `step` steps. Anything computed after them is computed again. */
export function continued(segments: readonly Segment[], step: number, now: Numerics): Segment[] {
  const kept = segments.filter(({ fromStep }) => fromStep < step)
  const last = kept.at(-1)
  const isSame =
    last !== undefined && changesBetween({ ...last, fromStep: 0 }, { ...now, fromStep: 0 }).length === 0
  return isSame ? kept : [...kept, { fromStep: step, ...now }]
}
