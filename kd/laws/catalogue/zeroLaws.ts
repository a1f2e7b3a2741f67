import fc from 'fast-check'
import { type LogitBatch, logitsPair, temperature } from '../arbitraries.ts'
import { mean, scaled } from '../formulas/rows.ts'
import type { Profile } from '../profile.ts'
import { samplesOf } from '../subject.ts'
import { batches, domainOf, rounding, withMore } from './cases.ts'
import { asItIs, differs, exceeds, lossLaw } from './lossLaw.ts'

const nonNegative = lossLaw({
  name: 'non-negative',
  statement: 'The loss is never negative.',
  formula: 'L(v, u, t) ≥ 0',
  conditions: 'rows for which the profile is defined',
  tolerance: rounding,
  matters: 'A divergence cannot be negative: a sign, a logarithm or a normalisation is wrong.',
  usualCause: 'a sign, a distribution that does not sum to 1, or a negative temperature',
  cases: batches,
  fromBatch: asItIs,
  async complain(subject, batch) {
    return exceeds('0', 0, 'L', await subject.value(batch), subject.rounding(batch))
  },
})

/** For batches whose student logits are the teacher's times a factor. */
function multiples(factor: fc.Arbitrary<number>, profile: Profile): fc.Arbitrary<LogitBatch> {
  const { maxima, ...domain } = domainOf(profile)
  const batch = logitsPair({
    ...domain,
    maxima: maxima === 'not both negative' ? 'positive' : maxima,
    corners: ['none'],
  })
  return withMore(batch, factor).map(({ batch, drawn }) => ({
    ...batch,
    student: batch.teacher.map((row) => scaled(row, drawn)),
  }))
}

const zeroAtEquality = lossLaw({
  name: 'zero-at-equality',
  statement: 'If the student equals its teacher, the loss is zero.',
  formula: 'L(u, u, t) = 0',
  conditions: 'rows for which the profile is defined',
  tolerance: rounding,
  matters: 'Otherwise training pulls a perfect student away from its teacher.',
  usualCause: 'a temperature on one side only, an extra term, or one side that is not normalised',
  cases: (profile) => multiples(fc.constant(1), profile),
  complain: async (subject, batch) =>
    differs('L(u, u)', await subject.value(batch), 'zero', 0, subject.rounding(batch)),
})

const zeroAtMultiples = lossLaw({
  name: 'zero-at-multiples',
  statement:
    'If the student is a positive multiple of its teacher, the loss is zero: the temperatures compensate for the scale.',
  formula: 'L(r u, u, t) = 0 for r > 0',
  conditions: 'r between 1/4 and 16, largest logits positive',
  tolerance: rounding,
  matters: 'It is the purpose of dynamic temperatures.',
  usualCause: 'temperatures that do not follow the largest logits, or exchanged temperatures',
  cases: (profile) => multiples(temperature(), profile),
  complain: async (subject, batch) =>
    differs('L(r u, u)', await subject.value(batch), 'zero', 0, subject.rounding(batch)),
})

const positiveApart = lossLaw({
  name: 'positive-apart',
  statement: 'If the softened distributions differ, the loss is positive.',
  formula: 'p ≠ q ⇒ L(v, u, t) > 0',
  conditions: 'the formula exceeds rounding',
  tolerance: rounding,
  matters: 'A teacher compared with itself has zero loss everywhere, and nothing is distilled.',
  usualCause: 'both sides use the same logits, or parts of the divergence are missing',
  cases: batches,
  fromBatch: asItIs,
  async complain(subject, batch) {
    const [wanted, excused] = [subject.wanted(batch), subject.rounding(batch)]
    if (wanted <= 2 * excused) return undefined
    const value = await subject.value(batch)
    return value > 0 ? undefined : `L = ${value}, but it should be positive: the formula = ${wanted}`
  },
})

/** The factor that makes softened logits small. */
const small = 2 ** -5

const largeTemperatureLimit = lossLaw({
  name: 'large-temperature-limit',
  statement:
    'For logits that are small compared with the temperature, the loss approaches half the mean squared difference of the centred logits, at any temperature.',
  formula:
    'L(εv, εu, t) → ε² ‖centred(u − v)‖² / 2K, with separate temperatures ε² T_t T_s ‖centred(u/T_t − v/T_s)‖² / 2K',
  conditions: 'ε = 1/32; DKD has such a limit for each of its terms',
  tolerance: `${rounding}, plus the third-order term: twice the formula’s own distance from its limit`,
  matters: 'It requires the factor T²; without it, gradients shrink as the temperature rises.',
  usualCause: 'the temperature factor, or a mean over the classes',
  assumes: 'limit',
  cases: batches,
  fromBatch: asItIs,
  async complain(subject, batch) {
    const near = {
      ...batch,
      student: batch.student.map((row) => scaled(row, small)),
      teacher: batch.teacher.map((row) => scaled(row, small)),
    }
    const limits = samplesOf(near).map((sample) => subject.profile.definition.limit!(sample))
    const limit = mean(limits)
    const remainder = 2 * Math.abs(subject.wanted(near) - limit)
    const value = await subject.value(near)
    return differs('L(v/32, u/32)', value, 'its limit', limit, subject.rounding(near) + remainder)
  },
})

export const zeroLaws = [nonNegative, zeroAtEquality, zeroAtMultiples, positiveApart, largeTemperatureLimit]
