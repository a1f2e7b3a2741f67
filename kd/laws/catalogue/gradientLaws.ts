import fc from 'fast-check'
import { type LogitBatch, smoothPair } from '../arbitraries.ts'
import { extremePair, rangeOf } from '../extremes.ts'
import { peakOf, scaled, softmax } from '../formulas/rows.ts'
import type { Profile } from '../profile.ts'
import type { Subject } from '../subject.ts'
import { domainOf } from './cases.ts'
import { asItIs, differs, firstOf, lossLaw } from './lossLaw.ts'

const tolerance =
  'for a provided gradient, rounding; for a numeric one (five points, step 2⁻⁹, or 2⁻³ in float32), the rounding of its ' +
  'values divided by the step, plus twice the truncation error of the formula'

const conditions =
  'the student’s largest logit exceeds the others, and no maximum is near 0; numeric if no gradient is provided'

/** A batch and the position of one of its student logits. */
interface At {
  readonly batch: LogitBatch
  readonly n: number
  readonly j: number
}

/** For batches of at most two samples with the position of a student logit. */
function positions(profile: Profile): fc.Arbitrary<At> {
  return fc
    .record({
      batch: smoothPair({ ...domainOf(profile), rows: { min: 1, max: 2 } }),
      n: fc.nat({ max: 1 }),
      j: fc.nat({ max: 997 }),
    })
    .map(({ batch, n, j }) => ({ batch, n: n % batch.labels.length, j: j % batch.student[0].length }))
}

const unitVector = ({ batch, j }: At) => batch.student[0].map((_, i) => (i === j ? 1 : 0))

const nameOf = ({ n, j }: At) => `∂L/∂v[${n}][${j}]`

const gradientIsNumeric = lossLaw({
  name: 'gradient-is-numeric',
  statement: 'The gradient is the derivative of the loss, including the part through the temperatures.',
  formula: '∂L/∂v = lim (L(v + h) − L(v − h)) / 2h',
  conditions:
    'the loss provides a gradient; the student’s largest logit exceeds the others, and no maximum is near 0',
  tolerance,
  matters: 'With a gradient that is not its derivative, the logged loss is not the one that is minimised.',
  usualCause: 'a factor of temperatures or samples that differs from the value’s, or detached temperatures',
  needs: 'gradient',
  cases: positions,
  async complain(subject, at) {
    const numeric = await subject.numericSlope(at.batch, at.n, unitVector(at))
    const offered = await subject.slope(at.batch, at.n, unitVector(at))
    return differs(
      nameOf(at),
      offered.value,
      'the numeric derivative',
      numeric.value,
      numeric.error + offered.error,
    )
  },
})

async function complainOfFormula(subject: Subject, at: At, wanted: number): Promise<string | undefined> {
  const found = await subject.slope(at.batch, at.n, unitVector(at))
  const { rounding } = subject.wantedGradient(at.batch, at.n)
  return differs(nameOf(at), found.value, 'its formula', wanted, found.error + rounding)
}

const gradientFormula = lossLaw({
  name: 'gradient-formula',
  statement: 'The gradient equals that of the formula.',
  formula: 'for KD: ∂L/∂v = T (q − p) / N',
  conditions,
  tolerance,
  matters: 'The optimizer uses nothing else.',
  cases: positions,
  complain: (subject, at) =>
    complainOfFormula(subject, at, subject.wantedGradient(at.batch, at.n).gradient[at.j]),
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
  cases: (profile) =>
    positions(profile).map(({ batch, n, j }) => {
      const peak = peakOf(batch.student[n])
      return { batch, n, j: j === peak ? (j + 1) % batch.student[n].length : j }
    }),
  complain(subject, at) {
    const { batch, n, j } = at
    const { student, teacher } = subject.profile.rule!.temperatures(batch.student[n], batch.teacher[n])
    const [p, q] = [
      softmax(scaled(batch.teacher[n], 1 / teacher)),
      softmax(scaled(batch.student[n], 1 / student)),
    ]
    return complainOfFormula(subject, at, (teacher * (q[j] - p[j])) / batch.labels.length)
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
  cases: positions,
  async complain(subject, { batch, n }) {
    const found = await subject.slope(batch, n, new Array(batch.student[n].length).fill(1))
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
    positions(profile).map(({ batch, ...position }) => ({
      ...position,
      batch: { ...batch, teacher: batch.student },
    })),
  complain: (subject, at) => complainOfFormula(subject, at, 0),
})

const gradientRowIndependence = lossLaw({
  name: 'gradient-row-independence',
  statement: 'The gradient of a sample in a batch of N is its gradient in a batch of one, divided by N.',
  formula: 'N ∂L(batch)/∂vₙ = ∂L(sample n)/∂v',
  conditions,
  tolerance,
  matters: 'A summed gradient of a mean grows with the batch.',
  usualCause: 'a summed gradient although the value is a mean',
  cases: positions,
  async complain(subject, at) {
    const { batch, n } = at
    const count = batch.labels.length
    const alone = { student: [batch.student[n]], teacher: [batch.teacher[n]], labels: [batch.labels[n]] }
    const within = await subject.slope(batch, n, unitVector(at))
    const own = await subject.slope(alone, 0, unitVector(at))
    return differs(
      `N ${nameOf(at)}`,
      count * within.value,
      'that of the sample alone',
      own.value,
      count * within.error + own.error,
    )
  },
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
      return j < 0
        ? undefined
        : `${nameOf({ batch, n, j })} = ${row[j]}, but the loss = ${subject.wanted(batch)}`
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
  cases: (profile) => positions(profile).map(({ batch }) => batch),
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
  gradientRowIndependence,
  gradientAtExtremes,
  teacherGradient,
]
