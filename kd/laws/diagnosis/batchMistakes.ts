import type { LogitBatch } from '../arbitraries.ts'
import { centredRow, largest, mean, type Row, scaled, squaredNorm, total } from '../formulas/rows.ts'
import type { Mistakes } from './parts.ts'

const turned = <Value>(list: readonly Value[]) => [...list.slice(1), ...list.slice(0, 1)]
const moved =
  (by: number) =>
  ({ student, teacher, labels }: LogitBatch) => ({
    student,
    teacher,
    labels: labels.map((label) => (label + by + student[0].length) % student[0].length),
  })

/** Applies one change to every row of both sides. */
export const bothRows =
  (change: (row: Row) => number[]) =>
  ({ student, teacher, labels }: LogitBatch) => ({
    student: student.map(change),
    teacher: teacher.map(change),
    labels,
  })
const standardized = (row: Row, count: number) => {
  const centred = centredRow(row)
  return scaled(centred, 1 / Math.sqrt(squaredNorm(centred) / count))
}
const cutOff = (row: Row) => row.map((value) => Math.max(value, 0))
const byClass = (rows: readonly Row[]) => rows[0].map((_, j) => rows.map((row) => row[j]))

/** Samples and classes that are mixed up, omitted or changed before any other computation. */
export const batchMistakes: Mistakes = {
  'teacher and student are exchanged: KL(q ‖ p) in the place of KL(p ‖ q)': {
    arrange: ({ student, teacher, labels }) => ({ student: teacher, teacher: student, labels }),
  },
  'the teacher is compared with itself': { arrange: (batch) => ({ ...batch, student: batch.teacher }) },
  'the student is compared with itself': { arrange: (batch) => ({ ...batch, teacher: batch.student }) },
  'the last sample is left out': { reduce: (values) => total(values.slice(0, -1)) / values.length },
  'the first sample is left out': { reduce: (values) => total(values.slice(1)) / values.length },
  'only the first sample counts': { reduce: ([first]) => first },
  'only the last sample counts': { reduce: (values) => values.at(-1)! },
  'the largest loss of a sample in the place of their mean': { reduce: largest },
  'the square root of the loss': { reduce: (values) => Math.sqrt(mean(values)) },
  'the divergence of mean logits in the place of the mean divergence': {
    arrange: ({ student, teacher, labels }) => ({
      student: [byClass(student).map(mean)],
      teacher: [byClass(teacher).map(mean)],
      labels: labels.slice(0, 1),
    }),
  },
  'the mean over the batch is taken off the logits, class by class': {
    arrange: ({ student, teacher, labels }) => ({
      student: byClass(byClass(student).map(centredRow)),
      teacher: byClass(byClass(teacher).map(centredRow)),
      labels,
    }),
  },
  'the teacher is in another order than the student': {
    arrange: (batch) => ({ ...batch, teacher: turned(batch.teacher) }),
  },
  'the labels are in another order than the logits': {
    arrange: (batch) => ({ ...batch, labels: turned(batch.labels) }),
  },
  'the label of the first sample is taken for all': {
    arrange: (batch) => ({ ...batch, labels: batch.labels.map(() => batch.labels[0]) }),
  },
  'labels are one too low: they are counted from 1': { arrange: moved(-1) },
  'labels are one too high': { arrange: moved(1) },
  'softmax is taken over the batch in the place of the classes': {
    arrange: ({ student, teacher, labels }) => ({
      student: byClass(student),
      teacher: byClass(teacher),
      labels: student[0].map((_, j) => labels[j] ?? 0),
    }),
  },
  'logits are standardized first': { arrange: bothRows((row) => standardized(row, row.length)) },
  'logits are standardized first, by the unbiased deviation': {
    arrange: bothRows((row) => standardized(row, row.length - 1)),
  },
  'logits are normalised to length 1 first': {
    arrange: bothRows((row) => scaled(row, 1 / Math.sqrt(squaredNorm(row)))),
  },
  'negative logits are cut off': { arrange: bothRows(cutOff) },
  'negative logits of the student are cut off': {
    arrange: (batch) => ({ ...batch, student: batch.student.map(cutOff) }),
  },
  'negative logits of the teacher are cut off': {
    arrange: (batch) => ({ ...batch, teacher: batch.teacher.map(cutOff) }),
  },
  'both rows are sorted: their classes are not the same any more': {
    arrange: bothRows((row) => row.toSorted((a, b) => b - a)),
  },
  'the last class is left out': { arrange: bothRows((row) => row.slice(0, -1)) },
  'the first class is left out': { arrange: bothRows((row) => row.slice(1)) },
}
