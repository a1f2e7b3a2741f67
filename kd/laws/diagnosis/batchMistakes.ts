import type { LogitBatch } from '../arbitraries.ts'
import {
  centredRow,
  largest,
  logSoftmax,
  mean,
  permuted,
  type Row,
  scaled,
  squaredNorm,
  total,
} from '../formulas/rows.ts'
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

function largestOfTeacher({ student, teacher, labels }: LogitBatch, count: number): LogitBatch {
  const chosen = teacher.map((row) => [...row.keys()].sort((i, j) => row[j] - row[i]).slice(0, count))
  return {
    student: student.map((row, n) => permuted(row, chosen[n])),
    teacher: teacher.map((row, n) => permuted(row, chosen[n])),
    labels: labels.map((label, n) => Math.max(0, chosen[n].indexOf(label))),
  }
}

const overBatch = (rows: readonly Row[]) => byClass(byClass(rows).map(logSoftmax))

/** The means of parts of a batch, of which the last may be smaller. */
const meansOfParts = (values: Row, size: number) =>
  Array.from({ length: Math.ceil(values.length / size) }, (_, i) =>
    mean(values.slice(i * size, (i + 1) * size)),
  )

/** The mean of the means of the samples of each label. */
function meanOfLabels(values: Row, labels: Row): number {
  const byLabel = Map.groupBy(values.keys(), (n) => labels[n])
  return mean([...byLabel.values()].map((samples) => mean(samples.map((n) => values[n]))))
}

/** Samples and classes that are mixed up, omitted or changed before any other computation. */
export const batchMistakes: Mistakes = {
  'teacher and student are exchanged: KL(q ‖ p) instead of KL(p ‖ q)': {
    arrange: ({ student, teacher, labels }) => ({ student: teacher, teacher: student, labels }),
  },
  'the teacher is compared with itself': { arrange: (batch) => ({ ...batch, student: batch.teacher }) },
  'the student is compared with itself': { arrange: (batch) => ({ ...batch, teacher: batch.student }) },
  'the last sample is left out': { reduce: (values) => total(values.slice(0, -1)) / values.length },
  'the first sample is left out': { reduce: (values) => total(values.slice(1)) / values.length },
  'only the first sample counts': { reduce: ([first]) => first },
  'only the last sample counts': { reduce: (values) => values.at(-1)! },
  'the largest loss of a sample instead of the mean': { reduce: largest },
  ...Object.fromEntries(
    [2, 3, 4, 5, 6, 8, 10, 16, 32].flatMap((size): [string, Mistakes[string]][] => [
      [
        `the mean of means over parts of ${size} samples: those of a smaller last part count for more`,
        { reduce: (values) => mean(meansOfParts(values, size)) },
      ],
      [
        `the sum of means over parts of ${size} samples`,
        { reduce: (values) => total(meansOfParts(values, size)) },
      ],
    ]),
  ),
  'the mean of the means of each label’s samples: those of rare labels count for more': {
    reduce: meanOfLabels,
  },
  'the square root of the loss is taken': { reduce: (values) => Math.sqrt(mean(values)) },
  'the divergence of mean logits instead of the mean divergence': {
    arrange: ({ student, teacher, labels }) => ({
      student: [byClass(student).map(mean)],
      teacher: [byClass(teacher).map(mean)],
      labels: labels.slice(0, 1),
    }),
  },
  'the mean over the batch is subtracted from the logits, class by class': {
    arrange: ({ student, teacher, labels }) => ({
      student: byClass(byClass(student).map(centredRow)),
      teacher: byClass(byClass(teacher).map(centredRow)),
      labels,
    }),
  },
  'teacher and student are in different orders': {
    arrange: (batch) => ({ ...batch, teacher: turned(batch.teacher) }),
  },
  'labels and logits are in different orders': {
    arrange: (batch) => ({ ...batch, labels: turned(batch.labels) }),
  },
  'the label of the first sample is used for all': {
    arrange: (batch) => ({ ...batch, labels: batch.labels.map(() => batch.labels[0]) }),
  },
  'labels are one too low: they count from 1': { arrange: moved(-1) },
  'labels are one too high': { arrange: moved(1) },
  'softmax is taken over the batch instead of the classes': { teachers: overBatch, students: overBatch },
  'the student’s softmax is taken over the batch instead of the classes': { students: overBatch },
  'the teacher’s softmax is taken over the batch instead of the classes': { teachers: overBatch },
  'samples and classes are exchanged: softmax is taken over the batch, and the mean over the classes': {
    arrange: ({ student, teacher, labels }) => ({
      student: byClass(student),
      teacher: byClass(teacher),
      labels: student[0].map((_, j) => labels[j] ?? 0),
    }),
  },
  'logits are standardized first': { arrange: bothRows((row) => standardized(row, row.length)) },
  'logits are standardized first, with the unbiased deviation': {
    arrange: bothRows((row) => standardized(row, row.length - 1)),
  },
  'logits are normalised to length 1 first': {
    arrange: bothRows((row) => scaled(row, 1 / Math.sqrt(squaredNorm(row)))),
  },
  ...Object.fromEntries(
    [5, 10, 20, 30, 50, 100, 1000].map((most) => [
      `logits are clipped to ±${most}`,
      { arrange: bothRows((row) => row.map((value) => Math.min(Math.max(value, -most), most))) },
    ]),
  ),
  ...Object.fromEntries(
    [2, 3, 4, 5, 8, 10, 20, 50, 100].map((count) => [
      `only the teacher’s ${count} largest classes count`,
      { arrange: (batch: LogitBatch) => largestOfTeacher(batch, count) },
    ]),
  ),
  'negative logits are clipped to 0': { arrange: bothRows(cutOff) },
  'negative logits of the student are clipped to 0': {
    arrange: (batch) => ({ ...batch, student: batch.student.map(cutOff) }),
  },
  'negative logits of the teacher are clipped to 0': {
    arrange: (batch) => ({ ...batch, teacher: batch.teacher.map(cutOff) }),
  },
  'both rows are sorted, so their classes no longer correspond': {
    arrange: bothRows((row) => row.toSorted((a, b) => b - a)),
  },
  'the last class is left out': { arrange: bothRows((row) => row.slice(0, -1)) },
  'the first class is left out': { arrange: bothRows((row) => row.slice(1)) },
}
