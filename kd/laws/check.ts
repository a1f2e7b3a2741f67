import type { Trial } from '../../base/laws/law.ts'
import { lossLaws } from './catalogue/allLaws.ts'
import { gradientLaws } from './catalogue/gradientLaws.ts'
import type { LossLaw } from './catalogue/lossLaw.ts'
import { diagnose } from './diagnosis/diagnosis.ts'
import { type HostLoss, type LossObject, lossObject } from './loss.ts'
import { type Precision, precisionOf } from './precision.ts'
import type { Profile } from './profile.ts'
import { type ProfileName, profileOf } from './profiles.ts'
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
}

export interface LossReport extends Trial {
  readonly profile: Profile
  readonly precision: Precision
  readonly verdicts: readonly LossVerdict[]
  /** The probable mistake, if a typical one explains all values of the loss. */
  readonly guess?: string | undefined
  /** Whether all claimed laws hold and all laws declared broken were shown to be broken. */
  readonly holds: boolean
}

/**
 * Checks that a loss obeys the laws that a profile claims and breaks those that it declares broken. Throws if a promise
 * of the loss does not settle in time.
 */
export async function checkLaws(
  loss: HostLoss,
  profile: ProfileName,
  { runs = 100, seed = Date.now() % 2 ** 31, temperature, timeLimit }: CheckOptions = {},
): Promise<LossReport> {
  const trial = { runs, seed }
  const subject = await subjectOf(loss, profile, { temperature, timeLimit })
  const verdicts: LossVerdict[] = []
  for (const law of lawsOf(subject.profile)) verdicts.push(await judge(law, subject, trial))
  const holds = !verdicts.some(isBad)
  const guess = holds ? undefined : await diagnose(subject, verdicts)
  return { profile: subject.profile, precision: subject.precision, ...trial, verdicts, guess, holds }
}

export async function subjectOf(
  loss: HostLoss,
  profile: ProfileName,
  { temperature, timeLimit = 10 }: Pick<CheckOptions, 'temperature' | 'timeLimit'> = {},
): Promise<Subject> {
  const { loss: timed, demandAnswers } = withTimeLimit(lossObject(loss), timeLimit)
  const precision = await precisionOf(timed)
  demandAnswers()
  return new Subject(timed, profileOf(profile, temperature), precision, demandAnswers)
}

/** Returns the laws that a profile claims or declares broken. */
export function lawsOf({ claims, breaks }: Profile): LossLaw[] {
  return lossLaws.filter(({ name }) => claims.includes(name) || Object.hasOwn(breaks, name))
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
