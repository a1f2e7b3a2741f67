import { largest, logSoftmax, type Row, shifted, softmax, total } from '../formulas/rows.ts'
import { bothRows } from './batchMistakes.ts'
import type { Mistakes } from './parts.ts'

const lessLargest = (row: Row) => shifted(row, -largest(row))
const naive = (row: Row) => softmax(row).map(Math.log)
const overflowing = (row: Row) => {
  const sum = Math.log(total(row.map(Math.exp)))
  return row.map((value) => value - sum)
}
const overflowingAndNaive = (row: Row) => {
  const powers = row.map(Math.exp)
  const sum = total(powers)
  return powers.map((power) => Math.log(power / sum))
}
export const withEpsilon = (epsilon: number) => (row: Row) =>
  softmax(row).map((value) => Math.log(value + epsilon))
const clamped = (epsilon: number) => (row: Row) =>
  softmax(row).map((value) => Math.log(Math.max(value, epsilon)))
export const epsilons = [1e-20, 1e-16, 1e-15, 1e-12, 1e-10, 1e-9, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2]

/** Probabilities and their logarithms, computed differently. */
export const softmaxMistakes: Mistakes = {
  'softmax is applied twice: the loss was given probabilities, or computes softmax of softmax': {
    arrange: bothRows(softmax),
  },
  'softmax of the student is applied twice': {
    arrange: (batch) => ({ ...batch, student: batch.student.map(softmax) }),
  },
  'softmax of the teacher is applied twice': {
    arrange: (batch) => ({ ...batch, teacher: batch.teacher.map(softmax) }),
  },
  'softmax is applied to softened probabilities': {
    teacher: (z) => logSoftmax(softmax(z)),
    student: (z) => logSoftmax(softmax(z)),
  },
  'z − max z is used instead of log-softmax: it is not normalised': {
    teacher: lessLargest,
    student: lessLargest,
  },
  'z − max z is used instead of the student’s log-softmax': { student: lessLargest },
  'softened logits are used instead of the student’s log-softmax': { student: (w) => w },
  'softened logits are used instead of the teacher’s log-softmax': { teacher: (z) => z },
  'softmax then log instead of log-softmax: a probability underflows to 0, and its logarithm is −∞': {
    teacher: naive,
    student: naive,
  },
  'softmax then log instead of log-softmax, on the student’s side': { student: naive },
  'softmax then log instead of log-softmax, on the teacher’s side: a probability of 0 times ln 0': {
    teacher: naive,
  },
  'exp of raw logits: the largest logit is not subtracted first': {
    teacher: overflowing,
    student: overflowing,
  },
  'exp of raw logits, on the student’s side': { student: overflowing },
  'exp of raw logits, then the logarithm of their shares: large logits overflow, small shares underflow': {
    teacher: overflowingAndNaive,
    student: overflowingAndNaive,
  },
  'exp of raw logits, then the logarithm of their shares, on the student’s side': {
    student: overflowingAndNaive,
  },
  ...Object.fromEntries(
    epsilons.flatMap((epsilon) => [
      [`ε = ${epsilon} is added to the student’s probabilities`, { student: withEpsilon(epsilon) }],
      [`ε = ${epsilon} is added to the teacher’s probabilities`, { teacher: withEpsilon(epsilon) }],
      [
        `ε = ${epsilon} is added to all probabilities`,
        { student: withEpsilon(epsilon), teacher: withEpsilon(epsilon) },
      ],
      [`the student’s probabilities are clamped to ${epsilon}`, { student: clamped(epsilon) }],
      [
        `all probabilities are clamped to ${epsilon}`,
        { student: clamped(epsilon), teacher: clamped(epsilon) },
      ],
    ]),
  ),
}
