import type { Mutant } from './mutant.ts'
import { crossEntropy, dkd, dtkd, kd, type LogitBatch, lossOf, type Row, total } from './plain.ts'

/** A list with its first entry moved to the end. */
function turned<Value>(list: readonly Value[]): Value[] {
  return [...list.slice(1), ...list.slice(0, 1)]
}

/** Samples that get mixed, and losses that remember. */
export const batches: readonly Mutant[] = [
  {
    name: 'teacher in another order',
    mistake: 'the teacher’s outputs were stored in one order of the data and read in another',
    seen: 'haitongli/knowledge-distillation-pytorch#16',
    profile: 'kd',
    law: 'row-independence',
    loss: lossOf({ ...kd, arrange: (batch) => ({ ...batch, teacher: turned(batch.teacher) }) }),
  },
  {
    name: 'labels in another order',
    mistake: 'labels that were shuffled without their images',
    profile: 'dkd',
    law: 'row-independence',
    loss: lossOf({ ...dkd, arrange: (batch) => ({ ...batch, labels: turned(batch.labels) }) }),
  },
  {
    name: 'softmax over the batch',
    mistake: 'axis 0 instead of axis 1',
    profile: 'kd',
    law: 'row-independence',
    loss: (student, teacher) => lossOf(kd)(transposed(student), transposed(teacher), []),
  },
  {
    name: 'centred over the batch',
    mistake: 'the mean over the batch, class by class, is taken off the logits',
    profile: 'kd',
    law: 'row-independence',
    loss: lossOf({
      ...kd,
      arrange: ({ student, teacher, labels }) => ({
        student: lessMeans(student),
        teacher: lessMeans(teacher),
        labels,
      }),
    }),
  },
  {
    name: 'mean of the logits',
    mistake: 'the divergence of the mean rows instead of the mean divergence',
    profile: 'kd',
    law: 'batch-additivity',
    loss: lossOf({
      ...kd,
      arrange: ({ student, teacher, labels }) => ({
        student: [meansOf(student)],
        teacher: [meansOf(teacher)],
        labels,
      }),
    }),
  },
  {
    name: 'last sample left out',
    mistake: 'the loop over samples ends one too early',
    profile: 'dtkd',
    law: 'batch-additivity',
    loss: lossOf({ ...dtkd, reduce: (values) => total(values.slice(0, -1)) / values.length }),
  },
  {
    name: 'only what the teacher gets right',
    mistake: 'samples on which the teacher errs are masked out',
    profile: 'kd',
    law: 'label-independence',
    loss: lossOf({
      ...kd,
      reduce: (values, { teacher, labels }) =>
        kd.reduce(
          values.map((value, n) => (favourite(teacher[n]) === labels[n] ? value : 0)),
          { teacher, labels, student: [] },
        ),
    }),
  },
  {
    name: 'cross entropy added',
    mistake: 'the cross entropy of the total loss stands in the term already',
    profile: 'kd',
    law: 'zero-at-equality',
    loss: (student, teacher, labels) => lossOf(kd)(student, teacher, labels) + crossEntropy(student, labels),
  },
  {
    name: 'cross entropy added, dynamic',
    mistake: 'the same in the term with dynamic temperatures',
    profile: 'dtkd',
    law: 'zero-at-multiples',
    loss: (student, teacher, labels) =>
      lossOf(dtkd)(student, teacher, labels) + crossEntropy(student, labels),
  },
  {
    name: 'divided in place',
    mistake:
      'the caller’s student logits are divided by the temperature in place: what comes next sees others',
    profile: 'kd',
    law: 'pure',
    loss: (student, teacher, labels) => {
      const value = lossOf(kd)(student, teacher, labels)
      for (const row of student as number[][]) for (const i of row.keys()) row[i] /= 4
      return value
    },
  },
  {
    name: 'running mean',
    mistake: 'the value is a running mean over calls, made for the log',
    profile: 'kd',
    law: 'pure',
    loss: remembering(),
  },
  {
    name: 'dropout left on',
    mistake: 'the student is in training mode: each call drops other logits',
    profile: 'kd',
    law: 'pure',
    loss: (student, teacher, labels) => {
      const dropped = student.map((row) => row.map((value) => (Math.random() < 0.1 ? 0 : value / 0.9)))
      return lossOf(kd)(dropped, teacher, labels)
    },
  },
  {
    name: 'square root of the loss',
    mistake: 'a distance instead of its square: rows no longer add up',
    profile: 'kd',
    law: 'batch-additivity',
    loss: lossOf({ ...kd, reduce: (values, batch) => Math.sqrt(kd.reduce(values, batch)) }),
  },
  {
    name: 'half of the classes',
    mistake: 'rows are matched by the smaller number of classes: the second half of the classes is dropped',
    profile: 'kd',
    law: 'shared-permutation',
    loss: lossOf({
      ...kd,
      arrange: ({ student, teacher, labels }: LogitBatch) => ({
        student: student.map(firstHalf),
        teacher: teacher.map(firstHalf),
        labels,
      }),
    }),
  },
]

function remembering() {
  let [calls, mean] = [0, 0]
  return (student: readonly Row[], teacher: readonly Row[], labels: readonly number[]) => {
    mean += (lossOf(kd)(student, teacher, labels) - mean) / ++calls
    return mean
  }
}

function favourite(row: Row): number {
  return row.indexOf(Math.max(...row))
}

function firstHalf(row: Row): Row {
  return row.slice(0, Math.ceil(row.length / 2))
}

function transposed(rows: readonly Row[]): Row[] {
  return rows[0].map((_, i) => rows.map((row) => row[i]))
}

function meansOf(rows: readonly Row[]): Row {
  return transposed(rows).map((column) => total(column) / column.length)
}

function lessMeans(rows: readonly Row[]): Row[] {
  const means = meansOf(rows)
  return rows.map((row) => row.map((value, i) => value - means[i]))
}
