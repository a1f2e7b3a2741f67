import { type LossFunction, teachersOf } from '../../../kd/laws/index.ts'

/** Right losses, each written from its formula with other arithmetic than the profile's, and a wrong one beside it. */

type Row = readonly number[]
type SampleLoss = (v: Row, u: Row, label: number) => number

const sum = (row: Row) => row.reduce((total, value) => total + value, 0)
const average = (row: Row) => sum(row) / row.length
const product = (a: Row, b: Row) => sum(a.map((value, i) => value * b[i]))

/** Shifted by the largest logit. */
function logSoftmax(row: Row): number[] {
  const most = Math.max(...row)
  const log = Math.log(sum(row.map((value) => Math.exp(value - most))))
  return row.map((value) => value - most - log)
}
const softmax = (row: Row) => logSoftmax(row).map(Math.exp)
const divided = (row: Row, by: number) => row.map((value) => value / by)
const centred = (row: Row) => row.map((value) => value - row[0]).map((value, _, all) => value - average(all))
const normalised = (row: Row) => divided(row, Math.hypot(...row))

const over =
  (loss: SampleLoss): LossFunction =>
  (student, teacher, labels) =>
    average(student.map((v, n) => loss(v, teacher[n], labels[n])))

const kl = (logP: Row, logQ: Row) => sum(logP.map((value, i) => Math.exp(value) * (value - logQ[i])))
const tau = 4

const reverse: SampleLoss = (v, u) => tau ** 2 * kl(logSoftmax(divided(v, tau)), logSoftmax(divided(u, tau)))
const logAdd = (a: number, b: number) => Math.max(a, b) + Math.log1p(Math.exp(-Math.abs(a - b)))
const jensen: SampleLoss = (v, u) => {
  const [q, p] = [v, u].map((row) => logSoftmax(divided(row, tau)))
  const m = q.map((value, i) => logAdd(value, p[i]) - Math.log(2))
  return (tau ** 2 * (kl(p, m) + kl(q, m))) / 2
}
const standard = (row: Row) => {
  const around = centred(row)
  return divided(around, Math.sqrt(average(around.map((value) => value ** 2))))
}
const unbiased = (row: Row) => standard(row).map((value) => value * Math.sqrt((row.length - 1) / row.length))
const standardised =
  (scale: (row: Row) => Row): SampleLoss =>
  (v, u) =>
    tau ** 2 * kl(logSoftmax(divided(scale(u), tau)), logSoftmax(divided(scale(v), tau)))

const focal =
  (gamma: number): SampleLoss =>
  (v, _, label) => {
    const others = sum(softmax(v).toSpliced(label, 1))
    return -(others ** gamma) * logSoftmax(v)[label]
  }
const smoothed =
  (towards: (logQ: Row) => number): SampleLoss =>
  (v, _, label) =>
    -0.9 * logSoftmax(v)[label] - 0.1 * towards(logSoftmax(v))
const softplus = (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))
const binary: SampleLoss = (v, _, label) =>
  average(v.map((logit, j) => softplus(logit) - (j === label ? logit : 0)))

const correlation = (a: Row, b: Row) => {
  const [x, y] = [centred(a), centred(b)]
  return product(x, y) / (Math.sqrt(product(x, x) * product(y, y)) + 1e-8)
}
const byClass = (rows: readonly Row[]) => rows[0].map((_, j) => rows.map((row) => row[j]))
const interClass = (q: readonly Row[], p: readonly Row[]) =>
  average(q.map((row, n) => 1 - correlation(row, p[n])))
const dist =
  (intraWeight: number): LossFunction =>
  (student, teacher) => {
    const [q, p] = [student, teacher].map((rows) => rows.map((row) => softmax(divided(row, tau))))
    return tau ** 2 * (interClass(q, p) + intraWeight * interClass(byClass(q), byClass(p)))
  }
const contrastive =
  (others: (similarities: Row, n: number) => Row): LossFunction =>
  (student, teacher) =>
    average(
      student.map((v, n) => {
        const similarities = teacher.map((u) => product(normalised(v), normalised(u)) / tau)
        const most = Math.max(...similarities)
        const log = Math.log(sum(others(similarities, n).map((value) => Math.exp(value - most))))
        return most + log - similarities[n]
      }),
    )

export const furtherLosses: Readonly<Record<string, { right: LossFunction; wrong: LossFunction }>> = {
  'label-smoothing': { right: over(smoothed(average)), wrong: over(smoothed(sum)) },
  focal: { right: over(focal(2)), wrong: over(focal(1)) },
  'temperature-scaling': {
    right: over((v, _, label) => -logSoftmax(divided(v, tau))[label]),
    wrong: over((v, _, label) => -divided(logSoftmax(v), tau)[label]),
  },
  'binary-cross-entropy': {
    right: over(binary),
    wrong: over((v, u, label) => v.length * binary(v, u, label)),
  },
  'soft-cross-entropy': {
    right: over((v, u) => -product(softmax(u), logSoftmax(v))),
    wrong: over((v, u) => -product(softmax(v), logSoftmax(u))),
  },
  'multi-teacher': {
    right: over((v, u) => average(teachersOf(u, 2).map((row) => reverse(row, v, 0)))),
    wrong: over((v, u) => reverse(u, v, 0)),
  },
  'reverse-kl': { right: over(reverse), wrong: over((v, u, label) => reverse(u, v, label)) },
  'jensen-shannon': { right: over(jensen), wrong: over((v, u, label) => 2 * jensen(v, u, label)) },
  'kd-standardised': { right: over(standardised(standard)), wrong: over(standardised(unbiased)) },
  'logit-mse': {
    right: over((v, u) => average(v.map((value, i) => (value - u[i]) ** 2))),
    wrong: over((v, u) => average(v.map((value, i) => Math.abs(value - u[i])))),
  },
  cosine: {
    right: over((v, u) => 1 - product(normalised(v), normalised(u))),
    wrong: over((v, u) => 1 - product(normalised(centred(v)), normalised(centred(u)))),
  },
  dist: { right: dist(1), wrong: dist(0) },
  'info-nce': {
    right: contrastive((similarities) => similarities),
    wrong: contrastive((similarities, n) => [...similarities.toSpliced(n, 1), -Infinity]),
  },
}
