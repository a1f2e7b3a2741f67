import { dtkdSlopes, kdSlopes, withGradient } from './gradients.ts'
import type { Mutant } from './mutant.ts'
import { dkd, dtkd, kd, lossOf, published, type Row, total } from './plain.ts'

const first = (row: Row, count: number) => row.slice(0, count)

/** Right for few classes and samples. */
export const sizes: readonly Mutant[] = [
  {
    name: 'maximum of the first six classes',
    mistake: 'the largest logit is sought among the first six classes',
    profile: 'dtkd',
    law: 'definition',
    loss: lossOf({
      ...dtkd,
      temperatures: (v, u) => published(Math.max(...first(v, 6)), Math.max(...first(u, 6))),
    }),
  },
  {
    name: 'sixty-four classes',
    mistake: 'a kernel with 64 threads and no loop over further classes',
    profile: 'kd',
    law: 'definition',
    loss: lossOf({
      ...kd,
      arrange: ({ student, teacher, labels }) => ({
        student: student.map((row) => first(row, 64)),
        teacher: teacher.map((row) => first(row, 64)),
        labels,
      }),
    }),
  },
  {
    name: 'tenth class apart',
    mistake: 'classes of a tail of fewer than eight are treated as padding',
    profile: 'dkd',
    law: 'shared-permutation',
    loss: lossOf({
      ...dkd,
      arrange: ({ student, teacher, labels }) => {
        const whole = (row: Row) => (row.length > 8 ? first(row, row.length - (row.length % 8)) : row)
        const classes = whole(student[0]).length
        return {
          student: student.map(whole),
          teacher: teacher.map(whole),
          labels: labels.map((label) => label % classes),
        }
      },
    }),
  },
  {
    name: 'sixteen samples',
    mistake: 'samples after the sixteenth are left out of the sum',
    profile: 'kd',
    law: 'batch-additivity',
    loss: lossOf({ ...kd, reduce: (values) => total(first(values, 16)) / values.length }),
  },
  {
    name: 'gradient of two samples',
    mistake: 'samples from the third on get no gradient',
    profile: 'kd',
    law: 'gradient-formula',
    loss: withRows(withGradient(kd, kdSlopes), (row, n) => (n < 2 ? row : row.map(() => 0))),
  },
  {
    name: 'gradient of a hundred classes',
    mistake: 'classes from the 65th on get no gradient',
    profile: 'kd',
    law: 'gradient-permutation',
    loss: withRows(withGradient(kd, kdSlopes), (row) => row.map((value, j) => (j < 64 ? value : 0))),
  },
  {
    name: 'gradient of the seventh class',
    mistake: 'the seventh class gets the gradient of the sixth',
    profile: 'dtkd',
    law: 'gradient-formula',
    loss: withRows(withGradient(dtkd, dtkdSlopes), (row) => (row.length > 6 ? row.with(6, row[5]) : row)),
  },
  {
    name: 'gradient of a fixed batch',
    mistake: 'the gradient is divided by at most 4',
    profile: 'kd',
    law: 'gradient-of-repeated-batch',
    loss: withGradient(kd, { ...kdSlopes, count: (samples) => Math.min(samples, 4) }),
  },
]

/** Changes the rows of a gradient, each by its number and that of all. */
export function withRows(
  { loss, gradient }: ReturnType<typeof withGradient>,
  change: (row: Row, n: number, count: number) => number[] | Row,
) {
  return {
    loss,
    gradient: (...batch: Parameters<typeof gradient>) =>
      gradient(...batch).map((row, n, all) => [...change(row, n, all.length)]),
  }
}
