import { type LogitBatch, logitsPair } from '../arbitraries.ts'
import { targetTerm, tempered } from '../formulas/definition.ts'
import { mean, scaled, softmax } from '../formulas/rows.ts'
import { type Subject, samplesOf } from '../subject.ts'
import { domainOf, rounding } from './cases.ts'
import { differs, firstOf, lossLaw } from './lossLaw.ts'

export const decoupling = lossLaw({
  name: 'decoupling',
  statement: 'With weight 1 − p_t for the other classes, the decoupled terms sum to the full divergence.',
  formula: 'TCKD + (1 − p_t) NCKD = T² KL(p ‖ q)',
  conditions: 'one sample; the loss provides its terms',
  tolerance: `${rounding}, twice`,
  matters: 'DKD is based on this identity; a wrong mask or normalisation breaks it.',
  usualCause: 'a mask that does not exclude the target, terms that include their weights, or exchanged terms',
  needs: 'terms',
  assumes: 'rule',
  cases: (profile) => logitsPair({ ...domainOf(profile), rows: { min: 1, max: 1 } }),
  async complain(subject, batch) {
    const { tckd, nckd } = await subject.terms(batch)
    const [{ v, u, label }] = samplesOf(batch)
    const { student, teacher } = subject.profile.rule!.temperatures(v, u)
    const [z, w] = [scaled(u, 1 / teacher), scaled(v, 1 / student)]
    const rest = 1 - softmax(z)[label]
    const excused = 2 * subject.rounding(batch)
    return firstOf(
      differs('TCKD + (1 − p_t) NCKD', tckd + rest * nckd, 'T² KL', wholeDivergence(subject, batch), excused),
      differs('TCKD', tckd, 'its formula', student * teacher * targetTerm(z, w, label), excused),
    )
  },
})

/** T² KL(p ‖ q), the mean over the batch. */
function wholeDivergence({ profile }: Subject, batch: LogitBatch): number {
  return mean(samplesOf(batch).map((sample) => tempered(profile.rule!).value(sample)))
}

const twoClasses = lossLaw({
  name: 'two-classes',
  statement: 'With two classes, NCKD is zero, so DKD is α times KD.',
  formula: 'K = 2 ⇒ L(v, u, t) = α T² KL(p ‖ q)',
  conditions: 'two classes',
  tolerance: rounding,
  matters: 'NCKD is not zero if its softmax still includes the target.',
  usualCause: 'a softmax over the other classes that still includes the target, or a weight',
  assumes: 'rule',
  cases: (profile) => logitsPair({ ...domainOf(profile), classes: { min: 2, max: 2 } }),
  async complain(subject, batch) {
    return differs(
      'L',
      await subject.value(batch),
      'T² KL',
      wholeDivergence(subject, batch),
      subject.rounding(batch),
    )
  },
})

export const decouplingLaws = [decoupling, twoClasses]
