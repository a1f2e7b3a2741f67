import fc from 'fast-check'
import { RandomStream } from '../../../base/random.ts'
import { logit } from '../drawnRow.ts'
import { permuted, shifted } from '../formulas/rows.ts'
import { order, orderOf } from '../order.ts'
import { batches, reordered, rounding, sameValue, withMore } from './cases.ts'
import { lossLaw } from './lossLaw.ts'

const sharedPermutation = lossLaw({
  name: 'shared-permutation',
  statement: 'The loss does not depend on the order of the classes, if both sides and the labels share it.',
  formula: 'L(πv, πu, πt) = L(v, u, t)',
  conditions: 'rows for which the profile is defined',
  tolerance: `${rounding}, on both sides`,
  matters: 'If a class is omitted or treated differently, an index is wrong.',
  usualCause: 'a class that is omitted or treated differently, or a label off by one',
  cases: (profile) => withMore(batches(profile), order),
  async complain(subject, { batch, drawn }) {
    const classes = orderOf(drawn, batch.student[0].length)
    const other = reordered(batch, classes, classes)
    return sameValue(subject, 'L(πv, πu, πt)', other, batch)
  },
})

const separatePermutations = lossLaw({
  name: 'separate-permutations',
  statement: 'The loss does not depend on the order of the student’s classes alone.',
  formula: 'L(πv, u, t) = L(v, u, t)',
  conditions: 'rows for which the profile is defined',
  tolerance: `${rounding}, on both sides`,
  matters: 'If this held, the loss would compare sorted logits instead of classes.',
  cases: (profile) => withMore(batches(profile), order),
  async complain(subject, { batch, drawn }) {
    const classes = orderOf(drawn, batch.student[0].length)
    const other = { ...batch, student: batch.student.map((row) => permuted(row, classes)) }
    return sameValue(subject, 'L(πv, u, t)', other, batch)
  },
})

export const symmetry = lossLaw({
  name: 'teacher-student-symmetry',
  statement: 'The loss is symmetric in teacher and student.',
  formula: 'L(u, v, t) = L(v, u, t)',
  conditions: 'rows for which the profile is defined',
  tolerance: `${rounding}, on both sides`,
  matters: 'KL is not symmetric; a symmetric loss uses another divergence, such as a squared distance.',
  cases: batches,
  complain: (subject, batch) =>
    sameValue(subject, 'L(u, v, t)', { ...batch, student: batch.teacher, teacher: batch.student }, batch),
})

function shiftLaw(name: string, side: 'student' | 'teacher', formula: string) {
  return lossLaw({
    name,
    statement: `Adding a constant to the ${side}’s logits does not change the loss, because it does not change their softmax.`,
    formula,
    conditions: 'constants up to 8, one for each batch; the profile is defined for the shifted rows',
    tolerance: `${rounding}, on both sides`,
    matters:
      'Logits are defined up to a constant; a loss that depends on it depends on the last layer’s bias.',
    usualCause: 'raw logits instead of softmax or centred logits',
    cases: (profile) => withMore(batches(profile), profile.maxima === 'positive' ? upward : logit()),
    async complain(subject, { batch, drawn }) {
      const other = { ...batch, [side]: batch[side].map((row) => shifted(row, drawn)) }
      return sameValue(subject, formula.split(' = ')[0], other, batch)
    },
  })
}

const upward = logit().map(Math.abs)

const studentShift = shiftLaw('student-shift', 'student', 'L(v + c, u, t) = L(v, u, t)')
const teacherShift = shiftLaw('teacher-shift', 'teacher', 'L(v, u + c, t) = L(v, u, t)')

const labelIndependence = lossLaw({
  name: 'label-independence',
  statement: 'The loss does not depend on the labels.',
  formula: 'L(v, u, t) = L(v, u, t′)',
  conditions: 'rows for which the profile is defined',
  tolerance: `${rounding}, on both sides`,
  matters: 'Cross entropy in the distillation term would count twice in the total loss.',
  usualCause: 'a term that depends on the label',
  cases: (profile) => withMore(batches(profile), fc.nat({ max: 997 })),
  async complain(subject, { batch, drawn }) {
    const classes = batch.student[0].length
    const stream = new RandomStream([drawn, classes])
    // The first label becomes another, the others any: which of them are equal changes, too.
    const by = (n: number) => (n === 0 ? 1 + stream.integer(classes - 1) : stream.integer(classes))
    const other = { ...batch, labels: batch.labels.map((label, n) => (label + by(n)) % classes) }
    return sameValue(subject, 'L(v, u, t′)', other, batch)
  },
})

export const symmetryLaws = [
  sharedPermutation,
  separatePermutations,
  symmetry,
  studentShift,
  teacherShift,
  labelIndependence,
]
