import { InvalidInputError } from '../../base/errors.ts'
import type { Counterexample, Trial } from '../../base/laws/law.ts'
import { lossLaws } from './catalogue/allLaws.ts'
import { gradientLaws } from './catalogue/gradientLaws.ts'
import type { LossLaw } from './catalogue/lossLaw.ts'
import type { ProfileWithLaws } from './defineProfile.ts'
import type { LossObject } from './loss.ts'
import { LossFailure } from './lossFailure.ts'
import type { Subject } from './subject.ts'
import type { LossVerdict } from './verdict.ts'

/** Returns the laws that a profile claims or declares broken. */
export function lawsOf({ claims, breaks, laws = [] }: ProfileWithLaws): LossLaw[] {
  return [...lossLaws, ...laws].filter(({ name }) => claims.includes(name) || Object.hasOwn(breaks, name))
}

/** Checks a loss against one law of its profile. Throws what the law itself throws, and what ended a connection. */
export async function judge(law: LossLaw, subject: Subject, trial: Trial): Promise<LossVerdict> {
  const missing = missingPart(law, subject)
  if (missing) return { law, outcome: 'not tested', reason: `the loss does not provide ${missing}` }
  const found = await law.check(subject, trial)
  if (found?.error !== undefined) return failed(law, found)
  const reason = subject.profile.breaks[law.name]
  if (reason === undefined) return { law, outcome: found ? 'broken' : 'holds', counterexample: found }
  if (!found && subject.isCoarse)
    return {
      law,
      outcome: 'not tested',
      reason: `${subject.precision} is too coarse to show that it is broken`,
    }
  return { law, outcome: found ? 'broken as declared' : 'not broken', counterexample: found, reason }
}

function failed(law: LossLaw, { error, ...counterexample }: Counterexample): LossVerdict {
  if (error instanceof LossFailure) return { law, outcome: 'failed', counterexample, failure: error }
  if (error instanceof InvalidInputError) throw error
  throw new Error(`laws: the law '${law.name}' throws: ${counterexample.complaint}`, { cause: error })
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
