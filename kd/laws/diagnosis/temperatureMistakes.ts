import { logSoftmax, type Row, scaled } from '../formulas/rows.ts'
import type { SampleTemperatures } from '../formulas/temperatureRules.ts'
import type { Profile } from '../profile.ts'
import { dynamicTemperatureMistakes } from './dynamicTemperatureMistakes.ts'
import type { Mistakes, Parts } from './parts.ts'

/** Missing temperatures, or temperatures other than the profile's. */
export function temperatureMistakes({ temperature: tau, rule, name }: Profile): Mistakes {
  if (!rule) return {}
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
    'log-probabilities are divided by the temperature instead of logits': {
      teacher: dividedAfter(tau),
      student: dividedAfter(tau),
    },
    'the student’s log-probabilities are divided by the temperature instead of its logits': {
      student: dividedAfter(tau),
    },
    ...otherTemperatures(tau),
    'logits are divided by the temperature twice': {
      divisors: ({ student, teacher }) => ({ student: student ** 2, teacher: teacher ** 2 }),
    },
  }
  return name.startsWith('dtkd') ? { ...fixed, ...dynamicTemperatureMistakes(tau, rule) } : fixed
}

/** Log-probabilities divided by τ, of logits divided by τ. */
const dividedAfter = (tau: number) => (softened: Row) => scaled(logSoftmax(scaled(softened, tau)), 1 / tau)

/** Common temperatures in place of τ: in the factor, too, in the softmax alone, or in that of one side. */
function otherTemperatures(tau: number): Mistakes {
  const others = [1, 2, 3, 4, 5, 6, 8, 10, 15, 20].filter((other) => other !== tau)
  const times = (factor: number): Partial<Parts> => ({
    divisors: ({ student, teacher }) => ({ student: student * factor, teacher: teacher * factor }),
  })
  const both = others.flatMap((other): [string, Partial<Parts>][] => [
    [`the temperature is ${other}, not ${tau}`, { ...times(other / tau), factor: ofScaled(other / tau) }],
    [`the temperature inside the softmax is ${other}, not ${tau}`, times(other / tau)],
  ])
  // Division by 1 is a separate mistake: no division at all.
  const one = others
    .filter((other) => other !== 1)
    .flatMap((other): [string, Partial<Parts>][] => [
      [
        `the student’s logits are divided by ${other}, not by its temperature`,
        { divisors: ({ teacher }) => ({ student: other, teacher }) },
      ],
      [
        `the teacher’s logits are divided by ${other}, not by its temperature`,
        { divisors: ({ student }) => ({ student, teacher: other }) },
      ],
    ])
  return Object.fromEntries([...both, ...one])
}

const ofScaled =
  (factor: number) =>
  ({ student, teacher }: SampleTemperatures) =>
    student * teacher * factor ** 2
