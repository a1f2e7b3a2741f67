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
  /** Cases for each law. Default 100. */
  readonly runs?: number
  /** Names the cases. Default: another one each time; the report says which. */
  readonly seed?: number | undefined
  /** τ of the profile. Default 4. */
  readonly temperature?: number | undefined
  /** Seconds within which each promise of the loss must settle. Default 10. */
  readonly timeLimit?: number | undefined
}

export interface LossReport extends Trial {
  readonly profile: Profile
  readonly precision: Precision
  readonly verdicts: readonly LossVerdict[]
  /** What seems to be wrong, if a typical mistake explains all that the loss gives. */
  readonly guess?: string | undefined
  /** Whether no claimed law is broken, and every law that is declared broken was shown to be. */
  readonly holds: boolean
}

/**
 * Holds a loss to the laws that a profile claims, and shows that those it declares broken are. Throws where a promise of
 * the loss does not settle in time.
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

/** The laws that a profile speaks of. */
export function lawsOf({ claims, breaks }: Profile): LossLaw[] {
  return lossLaws.filter(({ name }) => claims.includes(name) || Object.hasOwn(breaks, name))
}

/** Holds a loss to one law of its profile. */
export async function judge(law: LossLaw, subject: Subject, trial: Trial): Promise<LossVerdict> {
  const missing = missingPart(law, subject)
  if (missing) return { law, outcome: 'not tested', reason: `the loss offers no ${missing}` }
  const counterexample = await law.check(subject, trial)
  subject.demandAnswers()
  const reason = subject.profile.breaks[law.name]
  if (reason === undefined) return { law, outcome: counterexample ? 'broken' : 'holds', counterexample }
  return { law, outcome: counterexample ? 'broken as declared' : 'not broken', counterexample, reason }
}

/** What a loss would have to offer for a law; a gradient that is no derivative cannot be had from values. */
export function missingPart(
  law: LossLaw,
  { loss, profile }: Pick<Subject, 'loss' | 'profile'>,
): keyof LossObject | undefined {
  const needs = law.needs ?? (profile.attached && gradientLaws.includes(law) ? 'gradient' : undefined)
  return needs !== undefined && loss[needs] === undefined ? needs : undefined
}
