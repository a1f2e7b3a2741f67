import { extremePair, rangeOf } from '../extremes.ts'
import { peakOf, scaled, softmax, total } from '../formulas/rows.ts'
import { samplesOf } from '../subject.ts'
import { domainOf } from './cases.ts'
import {
  complainOfGradient,
  conditions,
  directionOf,
  entryName,
  nameOf,
  points,
  tolerance,
} from './gradientCase.ts'
import { gradientInvarianceLaws } from './gradientInvarianceLaws.ts'
import { asItIs, differs, firstOf, lossLaw } from './lossLaw.ts'

const gradientIsNumeric = lossLaw({
  name: 'gradient-is-numeric',
  statement: 'The gradient is the derivative of the loss, including the part through the temperatures.',
  formula: '∂L/∂v = lim (L(v + h) − L(v − h)) / 2h',
  conditions:
    'along one logit, or along all with random signs; the loss provides a gradient; the student’s largest logit exceeds the ' +
    'others, and no maximum is near 0',
  tolerance,
  matters: 'With a gradient that is not its derivative, the logged loss is not the one that is minimised.',
  usualCause: 'a factor of temperatures or samples that differs from the value’s, or detached temperatures',
  needs: 'gradient',
  cases: points,
  async complain(subject, point) {
    const direction = directionOf(point)
    const numeric = await subject.numericSlope(point.batch, direction)
    const offered = await subject.slope(point.batch, direction)
    const excused = numeric.error + offered.error
    return differs(nameOf(point), offered.value, 'the numeric derivative', numeric.value, excused)
  },
})

const gradientFormula = lossLaw({
  name: 'gradient-formula',
  statement: 'The gradient equals that of the formula.',
  formula: 'for KD: ∂L/∂v = T (q − p) / N',
  conditions,
  tolerance,
  matters: 'The optimizer uses nothing else.',
  cases: points,
  complain: (subject, point) => complainOfGradient(subject, point, subject.wantedGradient(point.batch)),
})

const gradientOffTheMaximum = lossLaw({
  name: 'gradient-off-the-maximum',
  statement:
    'Attached temperatures change only the gradient at the student’s largest logit; elsewhere it is the detached one.',
  formula: '∂L/∂v_j = T_teacher (q_j − p_j) / N for j ≠ argmax v',
  conditions,
  tolerance,
  matters: 'It says which entries of the gradient change if temperatures are detached.',
  usualCause: 'the gradient through a maximum that reaches another class',
  assumes: 'rule',
  cases: points,
  complain(subject, point) {
    const detached = samplesOf(point.batch).map(({ v, u }) => {
      const { student, teacher } = subject.profile.rule!.temperatures(v, u)
      const [p, q] = [softmax(scaled(u, 1 / teacher)), softmax(scaled(v, 1 / student))]
      const peak = peakOf(v)
      return q.map((value, j) =>
        j === peak ? undefined : (teacher * (value - p[j])) / point.batch.labels.length,
      )
    })
    return complainOfGradient(subject, point, detached)
  },
})

const gradientSumsToZero = lossLaw({
  name: 'gradient-sums-to-zero',
  statement:
    'The gradient of a sample sums to zero over the classes, because a constant added to its logits does not change the loss.',
  formula: 'Σⱼ ∂L/∂vⱼ = 0',
  conditions: `the loss is shift-invariant; ${conditions}`,
  tolerance,
  matters: 'A gradient that does not sum to zero makes all logits drift together.',
  usualCause: 'a class that the gradient does not reach, or gradient through a raw maximum',
  cases: points,
  async complain(subject, { batch, n }) {
    if (subject.loss.gradient) {
      const [rows, rounding] = [await subject.gradient(batch), subject.gradientRounding(batch)]
      return firstOf(
        ...rows.map((row, m) =>
          differs(`Σⱼ ∂L/∂vⱼ of sample ${m}`, total(row), 'zero', 0, total(rounding[m])),
        ),
      )
    }
    const found = await subject.numericSlope(
      batch,
      batch.student.map((row, m) => row.map(() => (m === n ? 1 : 0))),
    )
    return differs(`Σⱼ ∂L/∂vⱼ of sample ${n}`, found.value, 'zero', 0, found.error)
  },
})

const gradientAtEquality = lossLaw({
  name: 'gradient-zero-at-equality',
  statement: 'If the student equals its teacher, the gradient is zero.',
  formula: '∂L/∂v (u, u, t) = 0',
  conditions,
  tolerance,
  matters: 'Training must come to rest at equality.',
  cases: (profile) =>
    points(profile).map(({ batch, ...point }) => ({
      ...point,
      batch: { ...batch, teacher: batch.student },
    })),
  complain: (subject, point) =>
    complainOfGradient(
      subject,
      point,
      point.batch.student.map((row) => row.map(() => 0)),
    ),
})

const gradientAtExtremes = lossLaw({
  name: 'gradient-finite-at-extremes',
  statement: 'The gradient is finite for any finite logits.',
  formula: '|∂L/∂v| < ∞',
  conditions: 'the loss provides a gradient; logits as in finite-at-extremes',
  tolerance: 'none',
  matters: 'A finite loss with NaN in its gradient ends a training run.',
  usualCause: '0 · ∞ in a derivative: a condition that protects the value but not its gradient',
  needs: 'gradient',
  fromBatch: asItIs,
  cases: (profile, { precision }) => extremePair(rangeOf(precision, profile), domainOf(profile)),
  async complain(subject, batch) {
    const rows = await subject.gradient(batch)
    const complaints = rows.map((row, n) => {
      const j = row.findIndex((value) => !Number.isFinite(value))
      return j < 0 ? undefined : `${entryName(n, j)} = ${row[j]}, but the loss = ${subject.wanted(batch)}`
    })
    return firstOf(...complaints)
  },
})

export const teacherGradient = lossLaw({
  name: 'teacher-gets-no-gradient',
  statement: 'The teacher’s logits get no gradient.',
  formula: '∂L/∂u = 0',
  conditions: 'the loss provides teacherGradient',
  tolerance: 'none: exactly 0',
  matters: 'A teacher that is trained by its student’s loss degrades.',
  usualCause: 'teacher logits, or temperatures computed from them, that are not detached',
  needs: 'teacherGradient',
  cases: (profile) => points(profile).map(({ batch }) => batch),
  async complain(subject, batch) {
    const values = (await subject.teacherGradient(batch)).flat()
    const found = values.find((value) => value !== 0)
    return found === undefined ? undefined : `∂L/∂u = ${found}, but it should be 0`
  },
})

export const gradientLaws = [
  gradientIsNumeric,
  gradientFormula,
  gradientOffTheMaximum,
  gradientSumsToZero,
  gradientAtEquality,
  ...gradientInvarianceLaws,
  gradientAtExtremes,
  teacherGradient,
]
