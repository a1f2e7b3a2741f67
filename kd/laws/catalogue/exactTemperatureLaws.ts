import fc from 'fast-check'
import { smoothPair } from '../arbitraries.ts'
import { derivative } from '../derivative.ts'
import { centredRow, magnitude } from '../formulas/rows.ts'
import { sharpnessGap } from '../formulas/temperatureRules.ts'
import { domainOf } from './cases.ts'
import { differs, exceeds, firstOf, lossLaw } from './lossLaw.ts'
import { type Tempered, temperatureLaw, temperedSample } from './temperatureLaw.ts'

/** The gap in sharpness of the centred rows at T_teacher + d and T_student − d. */
function gapAt({ v, u, student, teacher }: Tempered, d = 0): number {
  return sharpnessGap(centredRow(v), centredRow(u), { student: student - d, teacher: teacher + d })
}

const equalSharpness = temperatureLaw(
  {
    name: 'equal-sharpness',
    statement: 'After softening, both sides have the same sharpness.',
    formula: 'S(u/T_teacher) = S(v/T_student) for centred u and v',
    conditions: 'no row is constant',
    matters: 'It is the paper’s goal; its formula equalises the largest logits instead.',
    usualCause: 'a solver that stops early, or the published formula',
  },
  (sample, { rule }, roundoff) => {
    const { v, u } = sample
    const right = rule!.temperatures(v, u)
    const size = magnitude(v) / right.student + magnitude(u) / right.teacher
    const excused = Math.sqrt(roundoff) + 16 * roundoff * (size + v.length)
    return exceeds('|S(u/T_teacher) − S(v/T_student)|', Math.abs(gapAt(sample)), 'zero', 0, excused)
  },
)

const temperaturesUnique = temperatureLaw(
  {
    name: 'temperatures-unique',
    statement:
      'Only one pair of temperatures equalises the sharpness: the gap falls monotonically through zero.',
    formula: 'S(u/(T_teacher + d)) < S(v/(T_student − d)) for d > 0, and the reverse for d < 0',
    conditions: 'centred rows, none constant; raw logits can have three such pairs',
    matters: 'A solver may bisect, because there is no other root.',
  },
  (sample) => {
    const step = Math.min(sample.student, sample.teacher) / 2
    return firstOf(
      exceeds('the gap above', gapAt(sample, step), 'zero', 0, 0),
      exceeds('zero', 0, 'the gap below', gapAt(sample, -step), 0),
    )
  },
)

const implicitGradient = lossLaw({
  name: 'temperatures-implicit-gradient',
  statement:
    'The derivative of the temperatures with respect to the student’s logits follows from the implicit function theorem.',
  formula: '∂T_teacher/∂v_j = −(∂f/∂v_j) / (∂f/∂δ),  f(δ) = S(u/(τ + δ)) − S(v/(τ − δ))',
  conditions: 'centred rows, none constant; numeric',
  tolerance:
    'the error of a five-point difference: half the digits of sharpness divided by the step, plus twice the truncation error',
  matters: 'Differentiating through the steps of a solver that stops early gives a different result.',
  needs: 'temperatures',
  assumes: 'rule',
  cases: (profile) =>
    fc.record({
      batch: smoothPair({ ...domainOf(profile), rows: { min: 1, max: 1 } }),
      at: fc.nat({ max: 997 }),
    }),
  async complain(subject, { batch, at }) {
    const rule = subject.profile.rule!
    const j = at % batch.student[0].length
    const moved = (by: number) => ({
      ...batch,
      student: [batch.student[0].with(j, batch.student[0][j] + by)],
    })
    const wanted = rule.slope(batch.student[0], batch.teacher[0])[j]
    const { value, error } = await derivative({
      precision: subject.precision,
      at: moved,
      value: async (point) => (await temperedSample(subject, point)).teacher,
      rounding: ({ student: [v] }) => rule.slack(v, batch.teacher[0], Math.sqrt(subject.roundoff)),
      right: { value: ({ student: [v] }) => rule.temperatures(v, batch.teacher[0]).teacher, slope: wanted },
    })
    return differs(`∂T_teacher/∂v at class ${j}`, value, 'its formula', wanted, error)
  },
})

export const exactTemperatureLaws = [equalSharpness, temperaturesUnique, implicitGradient]
