import {
  centredRow,
  largest,
  logSoftmax,
  logSumExp,
  magnitude,
  mean,
  type Row,
  scaled,
  softmax,
  squaredNorm,
} from '../formulas/rows.ts'
import { type SampleTemperatures, sharpnessGap } from '../formulas/temperatureRules.ts'
import type { Profile } from '../profile.ts'
import type { Mistakes, Parts } from './parts.ts'

/** Temperatures that are missing, exchanged or computed from something else. */
export function temperatureMistakes({ temperature: tau, rule, name }: Profile): Mistakes {
  if (!rule) return {}
  const of = (v: Row, u: Row) => rule.temperatures(v, u)
  const fixed: Mistakes = {
    'logits are multiplied by the temperature': {
      divisors: ({ student, teacher }) => ({ student: 1 / student, teacher: 1 / teacher }),
    },
    'the teacher’s logits are not divided by its temperature': {
      divisors: ({ student }) => ({ student, teacher: 1 }),
    },
    'the student’s logits are not divided by its temperature': {
      divisors: ({ teacher }) => ({ student: 1, teacher }),
    },
    'logits are not divided by the temperature': { divisors: () => ({ student: 1, teacher: 1 }) },
    'log-probabilities are divided by the temperature, in the place of logits': {
      teacher: dividedAfter(tau),
      student: dividedAfter(tau),
    },
    'the student’s log-probabilities are divided by the temperature, in the place of its logits': {
      student: dividedAfter(tau),
    },
    ...otherTemperatures(tau),
    'logits are divided by the temperature twice': {
      divisors: ({ student, teacher }) => ({ student: student ** 2, teacher: teacher ** 2 }),
    },
  }
  if (!name.startsWith('dtkd')) return fixed
  const ratio = (of: (row: Row) => number) => (v: Row, u: Row) => {
    const [y, x] = [of(v), of(u)]
    return { student: (2 * tau * y) / (x + y), teacher: (2 * tau * x) / (x + y) }
  }
  const shared = { student: tau, teacher: tau }
  return {
    ...fixed,
    'the two temperatures are exchanged': {
      temperatures: (v, u) => ({ student: of(v, u).teacher, teacher: of(v, u).student }),
    },
    'both temperatures are τ: nothing is dynamic': { temperatures: () => shared },
    'only the student’s temperature is dynamic': { temperatures: (v, u) => ({ ...of(v, u), teacher: tau }) },
    'only the teacher’s temperature is dynamic': { temperatures: (v, u) => ({ ...of(v, u), student: tau }) },
    'the factor is τ² in the place of T_teacher T_student': { factor: () => tau ** 2 },
    'the factor is T_student² in the place of T_teacher T_student': { factor: ({ student }) => student ** 2 },
    'the factor is T_teacher² in the place of T_teacher T_student': { factor: ({ teacher }) => teacher ** 2 },
    'the factor T_teacher T_student is missing': { factor: () => 1 },
    'the factor has T_student alone': { factor: ({ student }) => student },
    'the factor has T_teacher alone': { factor: ({ teacher }) => teacher },
    'temperatures come from the largest magnitude, not the largest logit': { temperatures: ratio(magnitude) },
    'temperatures come from log-sum-exp, not the largest logit': { temperatures: ratio(logSumExp) },
    'temperatures come from max − min, not the largest logit': {
      temperatures: ratio((row) => largest(row) + largest(scaled(row, -1))),
    },
    'temperatures come from the largest probability, not the largest logit': {
      temperatures: ratio((row) => largest(softmax(row))),
    },
    'temperatures come from the standard deviation, not the largest logit': {
      temperatures: ratio((row) => Math.sqrt(squaredNorm(centredRow(row)) / row.length)),
    },
    'temperatures come from the length of the rows, not the largest logit': {
      temperatures: ratio((row) => Math.sqrt(squaredNorm(row))),
    },
    'temperatures come from the smallest logit, not the largest': {
      temperatures: ratio((row) => -largest(scaled(row, -1))),
    },
    'temperatures come from the mean of the magnitudes, not the largest logit': {
      temperatures: ratio((row) => mean(row.map(Math.abs))),
    },
    'temperatures come from the label’s logit, not the largest': {
      temperatures: (v, u, label) => ratio((row) => row[label])(v, u),
    },
    'temperatures come from the erratum’s max (u − v)/(u + v)': {
      temperatures: (v, u) => {
        const delta = tau * largest(u.map((value, i) => (value - v[i]) / (value + v[i])))
        return { student: tau - delta, teacher: tau + delta }
      },
    },
    'temperatures come from centred rows': { temperatures: ratio((row) => largest(centredRow(row))) },
    'the published formula without a guard, from raw maxima': { temperatures: ratio(largest) },
    'the published formula, from raw maxima, with τ where one is not positive': {
      temperatures: (v, u) => (largest(v) > 0 && largest(u) > 0 ? ratio(largest)(v, u) : shared),
    },
    'negative temperatures are made positive, in the place of a fallback to τ': {
      temperatures: (v, u) => {
        const { student, teacher } = ratio(largest)(v, u)
        return { student: Math.abs(student), teacher: Math.abs(teacher) }
      },
    },
    'sharpness is made equal on raw logits, not on centred ones': {
      temperatures: (v, u) => equallySharp(v, u, tau),
    },
    'τ is missing in the temperatures': {
      temperatures: (v, u) => ({ student: of(v, u).student / tau, teacher: of(v, u).teacher / tau }),
    },
    'the 2 of 2τ is missing in the temperatures': {
      temperatures: (v, u) => ({ student: of(v, u).student / 2, teacher: of(v, u).teacher / 2 }),
    },
  }
}

/** Log-probabilities over τ, from logits over τ. */
const dividedAfter = (tau: number) => (softened: Row) => scaled(logSoftmax(scaled(softened, tau)), 1 / tau)

/** A root of the gap in sharpness of the rows as they are, by halving. */
function equallySharp(v: Row, u: Row, tau: number): SampleTemperatures {
  let [low, high] = [-tau, tau]
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2
    if (sharpnessGap(v, u, { student: tau - middle, teacher: tau + middle }) > 0) low = middle
    else high = middle
  }
  return { student: tau - low, teacher: tau + low }
}

/** Temperatures that people use, in the place of τ: in the softmax alone, or in the factor too. */
function otherTemperatures(tau: number): Mistakes {
  const others = [1, 2, 3, 4, 5, 6, 8, 10, 15, 20].filter((other) => other !== tau)
  const times = (factor: number): Partial<Parts> => ({
    divisors: ({ student, teacher }) => ({ student: student * factor, teacher: teacher * factor }),
  })
  return Object.fromEntries(
    others.flatMap((other) => [
      [`the temperature is ${other}, not ${tau}`, { ...times(other / tau), factor: ofScaled(other / tau) }],
      [`the temperature inside the softmax is ${other}, not ${tau}`, times(other / tau)],
    ]),
  )
}

const ofScaled =
  (factor: number) =>
  ({ student, teacher }: SampleTemperatures) =>
    student * teacher * factor ** 2
