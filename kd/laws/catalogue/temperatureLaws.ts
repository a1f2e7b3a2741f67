import type fc from 'fast-check'
import type { LogitBatch } from '../arbitraries.ts'
import { largest, peakOf, scaled, shifted, softmax } from '../formulas/rows.ts'
import { sharpnessGap } from '../formulas/temperatureRules.ts'
import type { Profile } from '../profile.ts'
import { differs, exceeds, firstOf } from './lossLaw.ts'

import { bothPositive, oneSample, temperatureLaw } from './temperatureLaw.ts'

const temperaturesShared = temperatureLaw(
  {
    name: 'temperatures-shared',
    statement: 'Both sides of every sample have the temperature τ.',
    formula: 'T_student = T_teacher = τ',
    conditions: 'any logits',
    matters: 'Any other temperature means that an option is ignored.',
  },
  ({ student, teacher, excused }, { temperature }) =>
    firstOf(
      differs('T_student', student, 'τ', temperature, excused),
      differs('T_teacher', teacher, 'τ', temperature, excused),
    ),
)

const temperaturesSum = temperatureLaw(
  {
    name: 'temperatures-sum',
    statement: 'The temperatures of a sample sum to 2τ.',
    formula: 'T_teacher + T_student = 2τ',
    conditions: 'rows for which the profile is defined',
    matters: 'The temperatures are τ + δ and τ − δ.',
    usualCause: 'a constant in the denominator, or a factor of 2',
  },
  ({ student, teacher, excused }, { temperature }) =>
    differs('T_teacher + T_student', teacher + student, '2τ', 2 * temperature, 2 * excused),
)

const temperaturesRatio = temperatureLaw(
  {
    name: 'temperatures-ratio',
    statement: 'The ratio of the temperatures equals the ratio of the largest logits.',
    formula: 'T_teacher max v = T_student max u',
    conditions: 'both largest logits positive',
    matters: 'If they are exchanged, the peaked side gets the low temperature and becomes more peaked.',
    usualCause: 'exchanged temperatures',
  },
  ({ v, u, student, teacher, excused }) =>
    differs(
      'T_teacher max v',
      teacher * largest(v),
      'T_student max u',
      student * largest(u),
      excused * (largest(v) + largest(u)),
    ),
  bothPositive,
)

const temperaturesScaledMaxima = temperatureLaw(
  {
    name: 'temperatures-scaled-maxima',
    statement: 'After softening, both sides have the same largest logit.',
    formula: 'max u / T_teacher = max v / T_student = (max u + max v) / 2τ',
    conditions: 'both largest logits positive',
    matters: 'This, rather than sharpness, is what the published formula equalises.',
  },
  ({ v, u, student, teacher, excused }, { temperature, rule }) => {
    const common = (largest(u) + largest(v)) / (2 * temperature)
    const right = rule!.temperatures(v, u)
    const side = (name: string, found: number, temperature: number) =>
      differs(name, found, '(max u + max v) / 2τ', common, (3 * excused * common) / temperature)
    return firstOf(
      side('max u / T_teacher', largest(u) / teacher, right.teacher),
      side('max v / T_student', largest(v) / student, right.student),
    )
  },
  bothPositive,
)

const temperaturesBounds = temperatureLaw(
  {
    name: 'temperatures-bounds',
    statement: 'Both temperatures lie between 0 and 2τ.',
    formula: '0 < T < 2τ',
    conditions: 'rows for which the profile is defined',
    matters: 'A negative temperature inverts a softmax.',
  },
  ({ student, teacher }, { temperature }) => {
    const within = (name: string, value: number) =>
      value > 0 && value <= 2 * temperature
        ? undefined
        : `${name} = ${value}, but it should be between 0 and ${2 * temperature}`
    return firstOf(within('T_student', student), within('T_teacher', teacher))
  },
)

const temperaturesProduct = temperatureLaw(
  {
    name: 'temperatures-product',
    statement: 'The product of the temperatures is at most τ².',
    formula: 'T_teacher T_student = τ² − δ² ≤ τ²',
    conditions: 'rows for which the profile is defined',
    matters: 'The more unequal the two sides, the smaller the weight of a sample.',
  },
  ({ student, teacher, excused }, { temperature }) =>
    exceeds('T_teacher T_student', teacher * student, 'τ²', temperature ** 2, 4 * excused * temperature),
)

const temperaturesFallback = temperatureLaw(
  {
    name: 'temperatures-fallback',
    statement: 'If one largest logit is not positive and the other is not negative, both temperatures are τ.',
    formula: 'max u ≤ 0 ≤ max v or the reverse ⇒ T_student = T_teacher = τ',
    conditions: 'the guard is a fallback; guards differ for two negative maxima',
    matters: 'The formula gives negative, infinite or undefined temperatures in this case.',
    usualCause: 'no guard, or a guard that only takes magnitudes',
  },
  ({ student, teacher, excused }, { temperature }) =>
    firstOf(
      differs('T_student', student, 'τ', temperature, excused),
      differs('T_teacher', teacher, 'τ', temperature, excused),
    ),
  (profile) =>
    oneSample({ ...profile, maxima: 'any' }).map((batch) => ({
      ...batch,
      student: batch.student.map((row) => (largest(row) > 0 ? shifted(row, -largest(row)) : row)),
      teacher: batch.teacher.map((row) => (largest(row) < 0 ? shifted(row, -largest(row)) : row)),
    })),
)

const sharpnessGapFormula = temperatureLaw(
  {
    name: 'sharpness-gap',
    statement:
      'At the published temperatures the gap in sharpness is the logarithm of the ratio of the largest probabilities, below ln K.',
    formula: 'S(u/T_teacher) − S(v/T_student) = ln(max q / max p),  |…| < ln K',
    conditions: 'both largest logits positive',
    matters: 'The formula of the paper does not remove this gap.',
  },
  (sample, { rule }) => {
    const { v, u, student, teacher } = sample
    const [z, w] = [scaled(u, 1 / teacher), scaled(v, 1 / student)]
    const gap = sharpnessGap(v, u, sample)
    const right = rule!.temperatures(v, u)
    const slopes = largest(u) / right.teacher ** 2 + largest(v) / right.student ** 2
    const excused = 3 * sample.excused * slopes + 64 * Number.EPSILON * v.length
    const wanted = Math.log(largest(softmax(w)) / largest(softmax(z)))
    return firstOf(
      differs('S(u/T_teacher) − S(v/T_student)', gap, 'ln(max q / max p)', wanted, excused),
      exceeds('|gap|', Math.abs(gap), 'ln K', Math.log(v.length), excused),
    )
  },
  bothPositive,
)

const sharpnessGapShrinks = temperatureLaw(
  {
    name: 'sharpness-gap-shrinks',
    statement: 'Dynamic temperatures leave a smaller gap in sharpness than τ on both sides.',
    formula: '|S(u/T_teacher) − S(v/T_student)| ≤ |S(u/τ) − S(v/τ)|',
    conditions: 'a flat teacher row below the peak of the student',
    matters: 'It holds for most samples of trained networks, but is not guaranteed.',
  },
  (sample, { temperature }) =>
    exceeds(
      '|gap|',
      Math.abs(sharpnessGap(sample.v, sample.u, sample)),
      '|gap at τ|',
      Math.abs(sharpnessGap(sample.v, sample.u, { student: temperature, teacher: temperature })),
      1e-9,
    ),
  flatAndPeaked,
)

/** For a flat teacher and a student with one class above it: there the formula softens the wrong side. */
function flatAndPeaked(profile: Profile): fc.Arbitrary<LogitBatch> {
  return bothPositive(profile).map(({ student, teacher, labels }) => {
    const most = largest(teacher[0])
    return {
      student: student.map((row) => row.map((value, i) => (i === peakOf(row) ? most + 1 : value - 8))),
      teacher: teacher.map((row) => row.map(() => most)),
      labels,
    }
  })
}

export const temperatureLaws = [
  temperaturesShared,
  temperaturesSum,
  temperaturesRatio,
  temperaturesScaledMaxima,
  temperaturesBounds,
  temperaturesProduct,
  temperaturesFallback,
  sharpnessGapFormula,
  sharpnessGapShrinks,
]
