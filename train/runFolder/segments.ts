import { InvalidInputError } from '../../base/errors.ts'
import type { ModuleRecord } from '../catalogue/modules.ts'
import type { Numerics } from '../numerics.ts'
import { changesBetween } from './sameRun.ts'

/** Consecutive steps of a run that were computed with the same numerics; ends where the next segment begins. */
export type Segment = Numerics & { readonly fromStep: number }

/** Throws if the last steps of the run in a folder were computed with other numerics, naming the differences. */
export function demandSameNumerics(folder: string, segments: readonly Segment[], now: Numerics): void {
  const { fromStep, ...before } = segments.at(-1)!
  const changes = changesOfNumerics(before, now)
  if (changes.length === 0) return
  throw new InvalidInputError(
    `${folder}: continuing this run here would give different bits (${changes.join('; ')}): ` +
      'continue it in its original environment, or pass --allow-other-numerics (allowOtherNumerics)',
  )
}

/** Describes the differences of two numerics. A module that was moved is the same module. */
function changesOfNumerics(
  { modules: before = [], ...earlier }: Numerics,
  { modules = [], ...others }: Numerics,
): string[] {
  const changes = changesBetween(earlier, others)
  const [was, is] = [before, modules].map((list) => list.map(({ sha256 }) => sha256).join())
  return was === is ? changes : [...changes, `modules were ${shown(before)}, now ${shown(modules)}`]
}

function shown(modules: readonly ModuleRecord[]): string {
  return modules.map(({ path, sha256 }) => `${path} with SHA-256 ${sha256}`).join(' and ') || 'none'
}

/** Returns the segments of a run that continues after `step` steps. Steps after these are computed again. */
export function continued(segments: readonly Segment[], step: number, now: Numerics): Segment[] {
  const kept = segments.filter(({ fromStep }) => fromStep < step)
  const last = kept.at(-1)
  const isSame =
    last !== undefined && changesOfNumerics({ ...last, fromStep: 0 }, { ...now, fromStep: 0 }).length === 0
  return isSame ? kept : [...kept, { fromStep: step, ...now }]
}
