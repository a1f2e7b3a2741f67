import fc from 'fast-check'
import { type Batch, logit, order, orderOf } from '../arbitraries.ts'
import { permuted, shifted } from '../formulas/rows.ts'
import { batches, rounding, sameValue, withMore } from './cases.ts'
import { lossLaw } from './lossLaw.ts'

/** One order of the classes for each side and the labels. */
function reordered(batch: Batch, ofStudent: number[], ofTeacher: number[]): Batch {
  return {
    student: batch.student.map((row) => permuted(row, ofStudent)),
    teacher: batch.teacher.map((row) => permuted(row, ofTeacher)),
    labels: batch.labels.map((label) => ofTeacher.indexOf(label)),
  }
}

const sharedPermutation = lossLaw({
  name: 'shared-permutation',
  statement: 'The order of the classes does not matter, as long as it is one for both sides and the labels.',
  formula: 'L(πv, πu, πt) = L(v, u, t)',
  conditions: 'rows that the profile speaks of',
  tolerance: `${rounding}, on both sides`,
  matters: 'A class that is treated apart, or left out, is an index gone wrong.',
  usualCause: 'a class that is left out or treated apart, or a label off by one',
  cases: (profile) => withMore(batches(profile), order),
  async complain(subject, { batch, drawn }) {
    const classes = orderOf(drawn, batch.student[0].length)
    const other = reordered(batch, classes, classes)
    return sameValue(subject, 'L(πv, πu, πt)', other, batch)
  },
})

const separatePermutations = lossLaw({
  name: 'separate-permutations',
  statement: 'The order of the student’s classes alone does not matter.',
  formula: 'L(πv, u, t) = L(v, u, t)',
  conditions: 'rows that the profile speaks of',
  tolerance: `${rounding}, on both sides`,
  matters: 'Where this held, the loss would look at sorted logits and not at classes.',
  cases: (profile) => withMore(batches(profile), order),
  async complain(subject, { batch, drawn }) {
    const classes = orderOf(drawn, batch.student[0].length)
    const other = { ...batch, student: batch.student.map((row) => permuted(row, classes)) }
    return sameValue(subject, 'L(πv, u, t)', other, batch)
  },
})

export const symmetry = lossLaw({
  name: 'teacher-student-symmetry',
  statement: 'Teacher and student may change places.',
  formula: 'L(u, v, t) = L(v, u, t)',
  conditions: 'rows that the profile speaks of',
  tolerance: `${rounding}, on both sides`,
  matters: 'KL is not symmetric; a loss that is has another divergence in it, such as a squared distance.',
  cases: batches,
  complain: (subject, batch) =>
    sameValue(subject, 'L(u, v, t)', { ...batch, student: batch.teacher, teacher: batch.student }, batch),
})

function shiftLaw(name: string, side: 'student' | 'teacher', formula: string) {
  return lossLaw({
    name,
    statement: `A constant added to the ${side}’s logits changes nothing, as it does not change their softmax.`,
    formula,
    conditions:
      'constants up to 8, one for each batch; the shifted rows are still such as the profile speaks of',
    tolerance: `${rounding}, on both sides`,
    matters: 'Logits are defined up to a constant; a loss that sees it depends on the last layer’s bias.',
    usualCause: 'raw logits where softmax, or centred logits, belong',
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
  statement: 'The labels do not matter.',
  formula: 'L(v, u, t) = L(v, u, t′)',
  conditions: 'rows that the profile speaks of',
  tolerance: 'none but rounding: the same bits, or twice the bound',
  matters: 'Cross entropy that stands in the term already is counted twice in the total.',
  usualCause: 'a term that is about the label has got in',
  cases: (profile) => withMore(batches(profile), fc.integer({ min: 1, max: 5 })),
  async complain(subject, { batch, drawn }) {
    const classes = batch.student[0].length
    const other = { ...batch, labels: batch.labels.map((label) => (label + drawn) % classes) }
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
