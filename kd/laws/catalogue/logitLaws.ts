import fc from 'fast-check'
import { type LogitBatch, logitsPair, temperature } from '../arbitraries.ts'
import { scaled } from '../formulas/rows.ts'
import type { Rows } from '../loss.ts'
import { batches, domainOf, rounding, withMore } from './cases.ts'
import { differs, exceeds, firstOf, lossLaw } from './lossLaw.ts'

const convexity = lossLaw({
  name: 'convexity',
  statement: 'The loss is convex in the student’s logits.',
  formula: 'L(λv + (1 − λ)v′, u, t) ≤ λ L(v, u, t) + (1 − λ) L(v′, u, t)',
  conditions: 'the logits of two batches, and a point between them: λ = 1/4, 1/2 or 3/4',
  tolerance: `${rounding}, of all three`,
  matters: 'It has no local minimum in which the logits could get stuck: every one is a global minimum.',
  usualCause: 'another divergence, such as the reverse KL, or probabilities in place of their logarithms',
  cases: (profile) =>
    withMore(
      logitsPair({ ...domainOf(profile), rows: { min: 2, max: 8 } }),
      fc.constantFrom(1 / 2, 1 / 4, 3 / 4),
    ),
  async complain(subject, { batch, drawn }) {
    const count = Math.floor(batch.labels.length / 2)
    const at = (student: Rows): LogitBatch => ({
      student,
      teacher: batch.teacher.slice(0, count),
      labels: batch.labels.slice(0, count),
    })
    const [one, other] = [batch.student.slice(0, count), batch.student.slice(-count)]
    const between = one.map((row, n) => row.map((value, j) => drawn * value + (1 - drawn) * other[n][j]))
    const [a, b, middle] = [at(one), at(other), at(between)]
    const chord = drawn * (await subject.value(a)) + (1 - drawn) * (await subject.value(b))
    const excused = subject.rounding(a) + subject.rounding(b) + subject.rounding(middle)
    return exceeds('L between v and v′', await subject.value(middle), 'the chord', chord, excused)
  },
})

export const scaleAndTemperature = lossLaw({
  name: 'scale-and-temperature',
  statement:
    'Scaling the logits of both sides and the temperature by a common factor multiplies the loss by its square.',
  formula: 'L at cτ (cv, cu, t) = c² L at τ (v, u, t)',
  conditions: 'c between 1/4 and 16; the loss provides atTemperature',
  tolerance: `${rounding}, times 2c²`,
  matters: 'A temperature that is written as a number in one place holds for that number only.',
  usualCause: 'τ² written as a number, or a temperature that does not reach one of the softmaxes',
  needs: 'atTemperature',
  cases: (profile) => withMore(batches(profile), temperature()),
  async complain(subject, { batch, drawn: c }) {
    const { temperature: tau } = subject.profile
    const value = await subject.value(batch)
    const excused = 2 * subject.rounding(batch)
    const other = {
      ...batch,
      student: batch.student.map((row) => scaled(row, c)),
      teacher: batch.teacher.map((row) => scaled(row, c)),
    }
    return firstOf(
      differs('atTemperature(τ)', await subject.valueAtTemperature(tau, batch), 'L', value, excused),
      differs(
        `L at ${c * tau} (cv, cu)`,
        await subject.valueAtTemperature(c * tau, other),
        `${c ** 2} L at ${tau}`,
        c ** 2 * value,
        c ** 2 * excused,
      ),
    )
  },
})

export const logitLaws = [convexity, scaleAndTemperature]
