import type { Mutant } from './mutant.ts'
import {
  crossEntropyParts,
  divergence,
  dkd,
  dtkd,
  kd,
  logSoftmax,
  lossOf,
  otherClasses,
  type Parts,
  published,
  type Row,
  targetClass,
  total,
  without,
} from './plain.ts'

const mean = (values: Row) => total(values) / values.length
const exp = (row: Row) => row.map(Math.exp)

/** ln softmax over the batch. */
function overBatch(rows: readonly Row[]): Row[] {
  const columns = rows[0].map((_, j) => logSoftmax(rows.map((row) => row[j])))
  return rows.map((_, n) => columns.map((column) => column[n]))
}

/** KD whose softmaxes see the whole batch. */
function batchwise(student: (rows: readonly Row[]) => Row[], teacher: (rows: readonly Row[]) => Row[]) {
  return (v: readonly Row[], u: readonly Row[]) => {
    const softened = (rows: readonly Row[]) => rows.map((row) => row.map((value) => value / 4))
    const [logQ, logP] = [student(softened(v)), teacher(softened(u))]
    return 16 * mean(logP.map((row, n) => kd.divergence(row, logQ[n], 0)))
  }
}
const overClasses = (rows: readonly Row[]) => rows.map(logSoftmax)

/** NCKD of differently masked rows. */
const masked = (mask: (row: Row, label: number) => Row): Parts => ({
  ...dkd,
  teacher: (z) => z,
  student: (z) => z,
  divergence: (z, w, label) => {
    const others = kd.divergence(logSoftmax(mask(z, label)), logSoftmax(mask(w, label)), label)
    return targetClass(logSoftmax(z), logSoftmax(w), label) + 8 * others
  },
})

/** Sums, means and softmaxes over the wrong things, constants in logarithms, and masks that are not −∞. */
export const reductions: readonly Mutant[] = [
  {
    name: 'target in logarithms or not',
    mistake: 'log_target=True, but the target is a probability',
    profile: 'kd',
    law: 'zero-at-equality',
    loss: lossOf({
      ...kd,
      divergence: (logP, logQ) => total(exp(logP).map((p, i) => Math.exp(p) * (p - logQ[i]))),
    }),
  },
  {
    name: 'student softmax over the batch',
    mistake: 'dim=0 in the log-softmax of the student alone',
    profile: 'kd',
    law: 'row-independence',
    loss: batchwise(overBatch, overClasses),
  },
  {
    name: 'teacher softmax over the batch',
    mistake: 'dim=0 in the softmax of the teacher alone',
    profile: 'kd',
    law: 'row-independence',
    loss: batchwise(overClasses, overBatch),
  },
  {
    name: 'both softmaxes over the batch',
    mistake: 'dim=0 in both, and reduction="batchmean"',
    profile: 'kd',
    law: 'batch-additivity',
    loss: batchwise(overBatch, overBatch),
  },
  {
    name: 'mean of means of four',
    mistake: 'the mean over micro-batches of four, the last of which may be smaller',
    profile: 'kd',
    law: 'batch-additivity',
    loss: lossOf({
      ...kd,
      reduce: (values) => {
        const parts = Math.ceil(values.length / 4)
        return mean(Array.from({ length: parts }, (_, i) => mean(values.slice(4 * i, 4 * i + 4))))
      },
    }),
  },
  {
    name: 'mean of means of labels',
    mistake: 'the mean over the classes of the mean of their samples, so that rare classes count more',
    profile: 'kd',
    law: 'label-independence',
    loss: lossOf({
      ...kd,
      reduce: (values, { labels }) =>
        mean([...new Set(labels)].map((label) => mean(values.filter((_, n) => labels[n] === label)))),
    }),
  },
  {
    name: 'epsilon in the cross entropy',
    mistake: '−ln(q_t + 10⁻⁸)',
    profile: 'crossEntropy',
    law: 'definition-at-extremes',
    loss: lossOf({
      ...crossEntropyParts,
      divergence: (_, logQ, label) => -Math.log(Math.exp(logQ[label]) + 1e-8),
    }),
  },
  {
    name: 'epsilon in the teacher alone',
    mistake: 'ln(p + 10⁻³), and the exact ln q',
    profile: 'dtkd',
    law: 'zero-at-multiples',
    loss: lossOf({
      ...dtkd,
      divergence: (logP, logQ) => total(exp(logP).map((p, i) => p * (Math.log(p + 1e-3) - logQ[i]))),
    }),
  },
  {
    name: 'target masked by −50',
    mistake: 'masked_fill(mask, −50) on softened logits, right for all but large ones',
    profile: 'dkd',
    law: 'definition-at-extremes',
    loss: lossOf(masked((row, label) => row.with(label, -50))),
  },
  {
    name: 'target masked by 10',
    mistake: 'the mask subtracts 10: the target keeps a little',
    profile: 'dkd',
    law: 'definition',
    loss: lossOf(masked((row, label) => row.with(label, row[label] - 10))),
  },
  {
    name: 'labels of six bits',
    mistake: 'labels are kept in six bits: class 64 becomes class 0',
    profile: 'crossEntropy',
    law: 'definition',
    loss: lossOf({
      ...crossEntropyParts,
      divergence: (_, logQ, label) => -logQ[label % 64],
    }),
  },
  {
    name: 'teacher of the second sample for the rest',
    mistake: 'the index of the teacher’s rows stops at 1',
    profile: 'kd',
    law: 'row-order',
    loss: (student, teacher, labels) =>
      lossOf(kd)(
        student,
        teacher.map((_, n) => teacher[Math.min(n, 1)]),
        labels,
      ),
  },
  {
    name: 'ten largest classes',
    mistake: 'only the teacher’s ten largest classes are stored',
    profile: 'kd',
    law: 'definition',
    loss: lossOf({
      ...kd,
      divergence: (logP, logQ) => {
        const top = [...logP.keys()].sort((i, j) => logP[j] - logP[i]).slice(0, 10)
        return divergence(
          top.map((i) => logP[i]),
          top.map((i) => logQ[i]),
        )
      },
    }),
  },
  {
    name: 'maximum of the first block',
    mistake: 'the largest of the first 32 logits is subtracted: a later one overflows',
    profile: 'kd',
    law: 'finite-at-extremes',
    loss: lossOf({ ...kd, student: blockwise, teacher: blockwise }),
  },
  {
    name: 'maximum over a stride',
    mistake: 'the largest logit is sought at every second class beyond the eighth',
    profile: 'dtkd',
    law: 'definition',
    loss: lossOf({
      ...dtkd,
      temperatures: (v, u) => {
        const strided = (row: Row) => row.filter((_, j) => j < 8 || j % 2 === 0)
        return published(Math.max(...strided(v)), Math.max(...strided(u)))
      },
    }),
  },
  {
    name: 'others beyond the first eight',
    mistake: 'NCKD leaves out the other classes beyond the eighth',
    profile: 'dkd',
    law: 'shared-permutation',
    loss: lossOf({
      ...dkd,
      divergence: (logP, logQ, label) => {
        const first = (row: Row) => logSoftmax(without(row, label).slice(0, 8))
        return (
          targetClass(logP, logQ, label) +
          (logP.length > 9
            ? 8 * kd.divergence(first(logP), first(logQ), 0)
            : 8 * otherClasses(logP, logQ, label))
        )
      },
    }),
  },
]

function blockwise(z: Row): Row {
  const most = Math.max(...z.slice(0, 32))
  const sum = Math.log(total(z.map((value) => Math.exp(value - most))))
  return z.map((value) => value - most - sum)
}
