import fc from 'fast-check'
import { demand } from '../../base/errors.ts'
import type { Trial } from '../../base/laws/law.ts'
import { suggestionFor } from '../../base/suggestions.ts'
import type { LogitBatch } from './arbitraries.ts'
import { lossLaws } from './catalogue/allLaws.ts'
import { gradientLaws } from './catalogue/gradientLaws.ts'
import type { LossLaw } from './catalogue/lossLaw.ts'
import type { ProfileFamily, ProfileWithLaws } from './defineProfile.ts'
import { diagnose } from './diagnosis/diagnosis.ts'
import { type HostLoss, type LossObject, lossObject } from './loss.ts'
import { type Precision, precisionOf } from './precision.ts'
import type { Profile } from './profile.ts'
import { type ProfileName, profileOf } from './profiles.ts'
import type { CaseStatistics } from './statistics.ts'
import { Subject } from './subject.ts'
import { withTimeLimit } from './timeLimit.ts'
import { isBad, type LossVerdict } from './verdict.ts'

export interface CheckOptions {
  /** Cases per law. Default 100. */
  readonly runs?: number
  /** Determines the cases. Default: a new one each time; the report names it. */
  readonly seed?: number | undefined
  /** τ of the profile. Default 4. */
  readonly temperature?: number | undefined
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

/** Laws of a loss in another process are checked side by side, so that their calls share requests. */
async function verdictsOf(
  laws: readonly LossLaw[],
  subject: Subject,
  trial: Trial,
): Promise<readonly LossVerdict[]> {
  if (subject.loss.connection) return Promise.all(laws.map((law) => judge(law, subject, trial)))
  const verdicts: LossVerdict[] = []
  for (const law of laws) verdicts.push(await judge(law, subject, trial))
  return verdicts
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
 * Checks that a loss obeys the laws that a profile claims and breaks those that it declares broken. Throws if a promise
 * of the loss does not settle in time.
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
  const verdicts = await verdictsOf(chosenLaws(subject.profile, laws), subject, trial)
  const holds = !verdicts.some(isBad)
  const guess = holds ? undefined : await diagnose(subject, verdicts)
  const statistics = subject.cases.statistics()
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
  { temperature, timeLimit = 10, examples, ...drawn }: SubjectOptions = {},
): Promise<Subject> {
  const { loss: timed, demandAnswers } = withTimeLimit(lossObject(loss), timeLimit)
  const drawing = withDraws(profileOf(profile, temperature), drawn)
  const specified = examples ? { ...drawing, examples: examples.map(validExample) } : drawing
  const precision = await precisionOf(timed)
  demandAnswers()
  return new Subject(timed, specified, precision, demandAnswers)
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

/** Replaces the numbers of rows and classes that are drawn for a profile. */
export function withDraws(
  profile: Profile,
  { rows, classes }: Pick<CheckOptions, 'rows' | 'classes'>,
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
  return { ...profile, draws: { ...profile.draws, ...(rows && { rows }), ...(classes && { classes }) } }
}

/** Returns the laws that a profile claims or declares broken. */
export function lawsOf({ claims, breaks, laws = [] }: ProfileWithLaws): LossLaw[] {
  return [...lossLaws, ...laws].filter(({ name }) => claims.includes(name) || Object.hasOwn(breaks, name))
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

/** Checks a loss against one law of its profile. */
export async function judge(law: LossLaw, subject: Subject, trial: Trial): Promise<LossVerdict> {
  const missing = missingPart(law, subject)
  if (missing) return { law, outcome: 'not tested', reason: `the loss does not provide ${missing}` }
  const counterexample = await law.check(subject, trial)
  subject.demandAnswers()
  const reason = subject.profile.breaks[law.name]
  if (reason === undefined) return { law, outcome: counterexample ? 'broken' : 'holds', counterexample }
  return { law, outcome: counterexample ? 'broken as declared' : 'not broken', counterexample, reason }
}

/**
 * Returns the part of a loss that a law needs but the loss lacks, if any. Gradient laws need a gradient if temperatures
 * are detached: it is not the derivative of the value and cannot be computed numerically.
 */
export function missingPart(
  law: LossLaw,
  { loss, profile }: Pick<Subject, 'loss' | 'profile'>,
): keyof LossObject | undefined {
  const needs = law.needs ?? (profile.attached && gradientLaws.includes(law) ? 'gradient' : undefined)
  return needs !== undefined && loss[needs] === undefined ? needs : undefined
}
