import {
  centredRow,
  largest,
  logSumExp,
  magnitude,
  mean,
  type Row,
  scaled,
  softmax,
  squaredNorm,
} from '../formulas/rows.ts'
import { type SampleTemperatures, sharpnessGap, type TemperatureRule } from '../formulas/temperatureRules.ts'
import type { Mistakes, Parts } from './parts.ts'

/** Statistics used for x and y in 2τ x/(x + y) and 2τ y/(x + y) instead of the largest logit. */
const statistics: Readonly<Record<string, (row: Row, label: number, other: Row) => number>> = {
  'the largest magnitude': magnitude,
  'log-sum-exp': logSumExp,
  'max − min': (row) => largest(row) + largest(scaled(row, -1)),
  'the largest probability': (row) => largest(softmax(row)),
  'the standard deviation': (row) => Math.sqrt(squaredNorm(centredRow(row)) / row.length),
  'the length of the row': (row) => Math.sqrt(squaredNorm(row)),
  'the smallest logit': (row) => -largest(scaled(row, -1)),
  'the mean of the magnitudes': (row) => mean(row.map(Math.abs)),
  'the label’s logit': (row, label) => row[label],
  'the logit at the other network’s largest class': (row, _, other) => row[other.indexOf(largest(other))],
  'the second largest logit': (row) => row.toSorted((a, b) => b - a)[1],
  'the largest of the centred logits': (row) => largest(centredRow(row)),
  'the root of the largest logit': (row) => Math.sqrt(largest(row)),
  'the square of the largest logit': (row) => largest(row) ** 2,
}

/** DTKD's temperatures exchanged, missing in one place, or computed from other statistics. */
export function dynamicTemperatureMistakes(tau: number, rule: TemperatureRule): Mistakes {
  const of = (v: Row, u: Row) => rule.temperatures(v, u)
  const shared = { student: tau, teacher: tau }
  const raw = (v: Row, u: Row) => shares(tau, largest(v), largest(u))
  return {
    'the two temperatures are exchanged': {
      temperatures: (v, u) => ({ student: of(v, u).teacher, teacher: of(v, u).student }),
    },
    'both temperatures are τ instead of dynamic': { temperatures: () => shared },
    'only the student’s temperature is dynamic': { temperatures: (v, u) => ({ ...of(v, u), teacher: tau }) },
    'only the teacher’s temperature is dynamic': { temperatures: (v, u) => ({ ...of(v, u), student: tau }) },
    'only the student’s logits are divided by a dynamic temperature': {
      divisors: ({ student }) => ({ student, teacher: tau }),
    },
    'only the teacher’s logits are divided by a dynamic temperature': {
      divisors: ({ teacher }) => ({ student: tau, teacher }),
    },
    'the factor is τ² instead of T_teacher T_student': { factor: () => tau ** 2 },
    'the factor is T_student² instead of T_teacher T_student': { factor: ({ student }) => student ** 2 },
    'the factor is T_teacher² instead of T_teacher T_student': { factor: ({ teacher }) => teacher ** 2 },
    'the factor T_teacher T_student is missing': { factor: () => 1 },
    'the factor is T_student instead of T_teacher T_student': { factor: ({ student }) => student },
    'the factor is T_teacher instead of T_teacher T_student': { factor: ({ teacher }) => teacher },
    ...otherStatistics(tau),
    'temperatures are computed from the erratum’s max (u − v)/(u + v)': {
      temperatures: (v, u) => {
        const delta = tau * largest(u.map((value, i) => (value - v[i]) / (value + v[i])))
        return { student: tau - delta, teacher: tau + delta }
      },
    },
    'the published formula without a guard, from raw maxima': { temperatures: raw },
    'the published formula, from raw maxima, with τ if one is not positive': {
      temperatures: guardedBy(tau, (y, x) => y > 0 && x > 0),
    },
    'the guard checks whether the student’s largest logit is positive, but not the teacher’s': {
      temperatures: guardedBy(tau, (y) => y > 0),
    },
    'the guard checks whether the teacher’s largest logit is positive, but not the student’s': {
      temperatures: guardedBy(tau, (_, x) => x > 0),
    },
    'the guard checks whether the sum of the largest logits is positive, not each of them': {
      temperatures: guardedBy(tau, (y, x) => y + x > 0),
    },
    ...otherFallbacks(tau),
    'negative temperatures are made positive instead of replaced by τ': {
      temperatures: (v, u) => {
        const { student, teacher } = raw(v, u)
        return { student: Math.abs(student), teacher: Math.abs(teacher) }
      },
    },
    'sharpness is equalised on raw logits, not on centred ones': {
      temperatures: (v, u) => equallySharp(v, u, tau),
    },
    'τ is missing from the temperatures': {
      temperatures: (v, u) => ({ student: of(v, u).student / tau, teacher: of(v, u).teacher / tau }),
    },
    'the 2 of 2τ is missing from the temperatures': {
      temperatures: (v, u) => ({ student: of(v, u).student / 2, teacher: of(v, u).teacher / 2 }),
    },
    ...epsilonsInDenominators(tau),
  }
}

/** 2τ y/(x + y) for the student, 2τ x/(x + y) for the teacher. */
function shares(tau: number, y: number, x: number, epsilon = 0): SampleTemperatures {
  return { student: (2 * tau * y) / (x + y + epsilon), teacher: (2 * tau * x) / (x + y + epsilon) }
}

/** Uses another statistic for both rows, or for one. */
function otherStatistics(tau: number): Mistakes {
  return Object.fromEntries(
    Object.entries(statistics).flatMap(([name, statistic]): [string, Partial<Parts>][] => [
      [
        `temperatures are computed from ${name}, not the largest logit`,
        {
          temperatures: (v, u, label) => shares(tau, statistic(v, label, u), statistic(u, label, v)),
        },
      ],
      [
        `temperatures use, for the student, ${name} instead of the largest logit`,
        { temperatures: (v, u, label) => shares(tau, statistic(v, label, u), largest(u)) },
      ],
      [
        `temperatures use, for the teacher, ${name} instead of the largest logit`,
        { temperatures: (v, u, label) => shares(tau, largest(v), statistic(u, label, v)) },
      ],
    ]),
  )
}

/**
 * The published formula if a condition on the largest logits of student and teacher holds, otherwise one temperature.
 */
function guardedBy(
  tau: number,
  isSound: (y: number, x: number) => boolean,
  fallback = tau,
): Parts['temperatures'] {
  return (v, u) => {
    const [y, x] = [largest(v), largest(u)]
    return isSound(y, x) ? shares(tau, y, x) : { student: fallback, teacher: fallback }
  }
}

function otherFallbacks(tau: number): Mistakes {
  const others = [0.01, 0.1, 0.5, 1, 2, 3, 4, 5, 8, 10].filter((other) => other !== tau)
  return Object.fromEntries(
    others.map((other) => [
      `if a largest logit is not positive, the temperature is ${other}, not ${tau}`,
      { temperatures: guardedBy(tau, (y, x) => y > 0 && x > 0, other) },
    ]),
  )
}

function epsilonsInDenominators(tau: number): Mistakes {
  return Object.fromEntries(
    [1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.1].map((epsilon) => [
      `ε = ${epsilon} is added to x + y in the temperatures`,
      { temperatures: (v, u) => shares(tau, largest(v), largest(u), epsilon) },
    ]),
  )
}

/** Finds a root of the gap in sharpness of the uncentred rows, by bisection. */
function equallySharp(v: Row, u: Row, tau: number): SampleTemperatures {
  let [low, high] = [-tau, tau]
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2
    if (sharpnessGap(v, u, { student: tau - middle, teacher: tau + middle }) > 0) low = middle
    else high = middle
  }
  return { student: tau - low, teacher: tau + low }
}
