import { InvalidInputError } from '../../base/errors.ts'
import type { Numerics } from '../numerics.ts'
import { changesBetween } from './sameRun.ts'

/** Consecutive steps of a run that were computed with the same numerics; ends where the next segment begins. */
export type Segment = { readonly fromStep: number } & Numerics

/** Throws if the last steps of the run in a folder were computed with other numerics, naming the differences. */
export function demandSameNumerics(folder: string, segments: readonly Segment[], now: Numerics): void {
  const { fromStep, ...before } = segments.at(-1)!
  const changes = changesBetween(before, now)
  if (changes.length === 0) return
  throw new InvalidInputError(
    `${folder}: continuing this run here would give different bits (${changes.join('; ')}): ` +
      'continue it in its original environment, or pass --allow-other-numerics (allowOtherNumerics)',
  )
}

/** Returns the segments of a run that continues after `step` steps. Steps after these are computed again. */
export function continued(segments: readonly Segment[], step: number, now: Numerics): Segment[] {
  const kept = segments.filter(({ fromStep }) => fromStep < step)
  const last = kept.at(-1)
  const isSame =
    last !== undefined && changesBetween({ ...last, fromStep: 0 }, { ...now, fromStep: 0 }).length === 0
  return isSame ? kept : [...kept, { fromStep: step, ...now }]
}
