import fc from 'fast-check'
import { demand } from '../../base/errors.ts'
import type { Trial } from '../../base/laws/law.ts'
import { suggestionFor } from '../../base/suggestions.ts'
import type { LogitBatch } from './arbitraries.ts'
import type { LossLaw } from './catalogue/lossLaw.ts'
import type { ProfileFamily } from './defineProfile.ts'
import { Examination } from './examination.ts'
import type { Precision } from './floats.ts'
import { guardedLoss } from './guardedLoss.ts'
import { lawsOf } from './judge.ts'
import { type HostLoss, lossObject } from './loss.ts'
import { precisionOf } from './precision.ts'
import type { Profile } from './profile.ts'
import { type ProfileName, profileOf } from './profiles.ts'
import type { CaseStatistics } from './statistics.ts'
import { Subject } from './subject.ts'
import { isBad, type LossVerdict } from './verdict.ts'

export interface CheckOptions {
  /** Cases per law. Default 100. */
  readonly runs?: number
  /** Determines the cases. Default: a new one each time; the report names it. */
  readonly seed?: number | undefined
  /** τ of the profile. Default 4. */
  readonly temperature?: number | undefined
  /** The precision of the arithmetic of the loss. Default: as the loss says, or float64 or float32, as detected. */
  readonly dtype?: Precision | undefined
  /** The time, in seconds, in which each promise of the loss must settle. Default 10. */
  readonly timeLimit?: number | undefined
  /** The names of laws to check, of those that the profile mentions. Default: all. */
  readonly laws?: readonly string[] | undefined
  /** The numbers of samples to draw, for laws that do not need a certain number. Default: the profile's, or 1 to 3. */
  readonly rows?: CountRange | undefined
  /** The numbers of classes to draw, in the same way. Default: the profile's, or many sizes from 2 to 1,000. */
  readonly classes?: CountRange | undefined
  /** Batches that laws about values, and about the finiteness of gradients, try before the random ones. */
  readonly examples?: readonly LogitBatch[] | undefined
  /** The path of a counterexample that a report named: only that case of one law is tried. It needs its seed and law. */
  readonly replay?: string | undefined
}

/** A range of counts, both ends included. */
export interface CountRange {
  readonly min: number
  readonly max: number
}

type SubjectOptions = Omit<CheckOptions, 'runs' | 'seed' | 'laws' | 'replay'>

export interface LossReport extends Trial {
  readonly profile: Profile
  readonly precision: Precision
  readonly verdicts: readonly LossVerdict[]
  /** The probable mistake, if a typical one explains all values of the loss. */
  readonly guess?: string | undefined
  /** What the cases were, so that a kind that never occurred is seen. */
  readonly statistics: CaseStatistics
  /** Whether all claimed laws hold and all laws declared broken were shown to be broken. */
  readonly holds: boolean
}

/**
 * Checks that a loss obeys the laws that a profile claims and breaks those that it declares broken. If the loss throws,
 * gives no number or does not settle in time, or if the same batch gives two values, the laws that follow are not tested.
 */
export async function checkLaws(
  loss: HostLoss,
  profile: ProfileName | ProfileFamily,
  { runs = 100, seed = Date.now() % 2 ** 31, laws, replay, ...options }: CheckOptions = {},
): Promise<LossReport> {
  demand(
    replay === undefined || (/^\d+(:\d+)*$/.test(replay) && laws?.length === 1),
    () =>
      `laws: expected a path such as 3:0:1 to replay, with the seed and the law of the report, got '${replay}'`,
  )
  const trial = { runs, seed, path: replay }
  const subject = await subjectOf(loss, profile, options)
  const examination = new Examination(subject, trial)
  const verdicts = await examination.verdictsOf(chosenLaws(subject.profile, laws))
  const holds = !verdicts.some(isBad)
  const statistics = subject.cases.statistics()
  const guess = holds ? undefined : await examination.guess(verdicts)
  return {
    profile: subject.profile,
    precision: subject.precision,
    runs,
    seed,
    verdicts,
    guess,
    statistics,
    holds,
  }
}

export async function subjectOf(
  loss: HostLoss,
  profile: ProfileName | ProfileFamily,
  { temperature, timeLimit = 10, examples, dtype, ...drawn }: SubjectOptions = {},
): Promise<Subject> {
  const safe = guardedLoss(lossObject(loss), timeLimit)
  const guarded = dtype === undefined ? safe : { ...safe, dtype }
  const precision = await precisionOf(guarded)
  const drawing = withDraws(profileOf(profile, temperature), { ...drawn, precision })
  const specified = examples ? { ...drawing, examples: examples.map(validExample) } : drawing
  return new Subject(guarded, specified, precision)
}

function validExample(batch: LogitBatch, i: number): LogitBatch {
  const { student, teacher, labels } = batch
  const isRow = (row: unknown, length?: number) =>
    Array.isArray(row) &&
    row.length === (length ?? row.length) &&
    row.every((value) => typeof value === 'number')
  const classes = student?.[0]?.length
  const isValid =
    [student, teacher].every(
      (rows) => Array.isArray(rows) && rows.length > 0 && rows.every((row) => isRow(row, classes)),
    ) &&
    isRow(labels, student.length) &&
    labels.every((label) => Number.isInteger(label) && label >= 0 && label < classes)
  demand(
    isValid && teacher.length === student.length,
    () =>
      `laws: expected example ${i} to have student and teacher logits [N, K] and labels [N] below K, got ${fc.stringify(batch)}`,
  )
  return batch
}

/** Replaces the numbers of rows and classes that are drawn for a profile, and the format of its logits. */
export function withDraws(
  profile: Profile,
  { rows, classes, precision }: Pick<CheckOptions, 'rows' | 'classes'> & { precision?: Precision },
): Profile {
  for (const [name, range, least] of [
    ['rows', rows, 1],
    ['classes', classes, 2],
  ] as const) {
    const isValid = range === undefined || (Number.isInteger(range.min) && Number.isInteger(range.max))
    demand(
      isValid && (range === undefined || (range.min >= least && range.max >= range.min)),
      () =>
        `laws: expected ${name} to be a range of integers from ${least}, got ${range?.min} to ${range?.max}`,
    )
  }
  return {
    ...profile,
    draws: { ...profile.draws, ...(rows && { rows }), ...(classes && { classes }), precision },
  }
}

/** Returns the laws of a profile with the given names; all without names. */
export function chosenLaws(profile: Profile, names: readonly string[] | undefined): LossLaw[] {
  const laws = lawsOf(profile)
  const known = laws.map(({ name }) => name)
  for (const name of names ?? []) {
    demand(
      known.includes(name),
      () => `laws: profile '${profile.name}' has no law '${name}': ${suggestionFor(name, known)}`,
    )
  }
  return laws.filter(({ name }) => names?.includes(name) ?? true)
}
