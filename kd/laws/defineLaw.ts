import type fc from 'fast-check'
import { demand } from '../../base/errors.ts'
import type { LogitBatch } from './arbitraries.ts'
import { batches } from './catalogue/cases.ts'
import { type LawDefinition, type LossLaw, lossLaw } from './catalogue/lossLaw.ts'
import type { Profile } from './profile.ts'
import type { Subject } from './subject.ts'

/** What `defineLaw` is told of a law that holds for a batch, or for cases of its own. */
export type LawSpecification<Case> = Pick<LossLaw, 'name' | 'statement' | 'formula' | 'tolerance'> &
  Partial<Pick<LossLaw, 'conditions' | 'matters' | 'usualCause' | 'needs' | 'assumes'>> & {
    readonly complain: LawDefinition<Case>['complain']
  }

/**
 * Defines a law, for the `laws` of a profile. `complain` returns a sentence that shows both sides of the equation if a
 * case breaks the law, and `undefined` if it does not; `differs` and `exceeds` write such sentences. The cases are
 * batches of the profile unless `cases` draws others.
 *
 * ```ts
 * const bounded = defineLaw({
 *   name: 'bounded',
 *   statement: 'The loss is at most ln 2.',
 *   formula: 'L(v, u, t) ≤ ln 2',
 *   tolerance: 'rounding',
 *   complain: async (subject, batch) =>
 *     exceeds('L', await subject.value(batch), 'ln 2', Math.LN2, subject.rounding(batch)),
 * })
 * ```
 */
export function defineLaw<Case>(
  law: LawSpecification<Case> & {
    readonly cases: (profile: Profile, subject: Subject) => fc.Arbitrary<Case>
  },
): LossLaw
export function defineLaw(law: LawSpecification<LogitBatch>): LossLaw
export function defineLaw(law: LawSpecification<LogitBatch> & Partial<LawDefinition<LogitBatch>>): LossLaw {
  for (const part of ['name', 'statement', 'formula', 'tolerance'] as const) {
    demand(
      typeof law[part] === 'string' && law[part] !== '',
      () => `defineLaw: expected '${part}' of the law '${law.name}' to be a text, got ${String(law[part])}`,
    )
  }
  return lossLaw({
    cases: batches,
    conditions: 'rows for which the profile is defined',
    matters: 'The profile requires it.',
    ...law,
  })
}
