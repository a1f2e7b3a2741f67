import type { Mutant } from './mutant.ts'
import { divergence, dtkd, kd, logSoftmax, logSumExp, lossOf, type Row, scaled, total } from './plain.ts'

const exp = (row: Row) => row.map(Math.exp)

/** The wrong distance, or one of the wrong things. */
export const distributions: readonly Mutant[] = [
  {
    name: 'reverse divergence',
    mistake: 'KL(q ‖ p): the arguments of kl_div exchanged',
    profile: 'kd',
    law: 'definition',
    loss: lossOf({ ...kd, divergence: (logP, logQ) => divergence(logQ, logP) }),
  },
  {
    name: 'reverse divergence, dynamic',
    mistake: 'the same at dynamic temperatures',
    profile: 'dtkd',
    law: 'definition',
    loss: lossOf({ ...dtkd, divergence: (logP, logQ) => divergence(logQ, logP) }),
  },
  {
    name: 'symmetric divergence',
    mistake: 'the mean of both directions',
    profile: 'kd',
    law: 'definition',
    loss: lossOf({
      ...kd,
      divergence: (logP, logQ) => (divergence(logP, logQ) + divergence(logQ, logP)) / 2,
    }),
  },
  {
    name: 'Jensen–Shannon',
    mistake: 'the divergence of both from their mixture',
    profile: 'kd',
    law: 'large-temperature-limit',
    loss: lossOf({
      ...kd,
      divergence: (logP, logQ) => {
        const mixture = logP.map((value, i) => logSumExp([value, logQ[i]]) - Math.LN2)
        return (divergence(logP, mixture) + divergence(logQ, mixture)) / 2
      },
    }),
  },
  {
    name: 'cross entropy of soft targets',
    mistake: '−Σ p ln q: the teacher’s entropy is not taken off',
    profile: 'kd',
    law: 'zero-at-equality',
    loss: lossOf({ ...kd, divergence: (logP, logQ) => -total(exp(logP).map((p, i) => p * logQ[i])) }),
  },
  {
    name: 'probabilities for logarithms',
    mistake: 'softmax where kl_div expects log-softmax of the student',
    profile: 'kd',
    law: 'zero-at-equality',
    loss: lossOf({ ...kd, student: (z) => exp(logSoftmax(z)) }),
  },
  {
    name: 'logarithms for probabilities',
    mistake: 'log-softmax where kl_div expects the softmax of the teacher',
    profile: 'kd',
    law: 'zero-at-equality',
    loss: lossOf({
      ...kd,
      divergence: (logP, logQ) => total(logP.map((target, i) => target * (Math.log(target) - logQ[i]))),
    }),
  },
  {
    name: 'exponentials of raw logits',
    mistake: 'softmax without taking off the maximum: large logits overflow',
    profile: 'kd',
    law: 'definition-at-extremes',
    loss: lossOf({ ...kd, student: overflowing, teacher: overflowing }),
  },
  {
    name: 'logarithm of a softmax',
    mistake: 'ln(softmax(z)) in two steps: −∞ where the probability underflows',
    profile: 'kd',
    law: 'definition-at-extremes',
    loss: lossOf({ ...kd, student: (z) => exp(logSoftmax(z)).map(Math.log) }),
  },
  {
    name: 'epsilon in the logarithm',
    mistake: 'ln(q + 10⁻⁸) hides that underflow: a student sure of the wrong class pays too little',
    profile: 'kd',
    law: 'definition-at-extremes',
    loss: lossOf({ ...kd, student: (z) => exp(logSoftmax(z)).map((q) => Math.log(q + 1e-8)) }),
  },
  {
    name: 'epsilon in both logarithms',
    mistake: 'ln(p + 10⁻⁷) − ln(q + 10⁻⁷)',
    profile: 'kd',
    law: 'definition-at-extremes',
    loss: lossOf({
      ...kd,
      divergence: (logP, logQ) =>
        total(exp(logP).map((p, i) => p * (Math.log(p + 1e-7) - Math.log(Math.exp(logQ[i]) + 1e-7)))),
    }),
  },
  {
    name: 'absolute terms',
    mistake: 'Σ |p ln(p / q)|, so that nothing is negative',
    profile: 'kd',
    law: 'large-temperature-limit',
    loss: lossOf({
      ...kd,
      divergence: (logP, logQ) => total(logP.map((p, i) => Math.abs(Math.exp(p) * (p - logQ[i])))),
    }),
  },
  {
    name: 'positive terms',
    mistake: 'negative terms of the sum are clamped to 0',
    profile: 'kd',
    law: 'large-temperature-limit',
    loss: lossOf({
      ...kd,
      divergence: (logP, logQ) => total(logP.map((p, i) => Math.max(0, Math.exp(p) * (p - logQ[i])))),
    }),
  },
  {
    name: 'last class left out',
    mistake: 'the loop over classes ends one too early',
    profile: 'kd',
    law: 'shared-permutation',
    loss: lossOf({
      ...kd,
      divergence: (logP, logQ) => divergence(logP.slice(0, -1), logQ.slice(0, -1)),
    }),
  },
  {
    name: 'three classes',
    mistake: 'only the teacher’s three largest classes count',
    profile: 'kd',
    law: 'definition',
    loss: lossOf({
      ...kd,
      divergence: (logP, logQ) => {
        const top = logP
          .map((_, i) => i)
          .sort((i, j) => logP[j] - logP[i])
          .slice(0, 3)
        return divergence(
          top.map((i) => logP[i]),
          top.map((i) => logQ[i]),
        )
      },
    }),
  },
  {
    name: 'teacher given twice',
    mistake: 'the teacher’s logits stand on both sides: distillation is off',
    seen: 'labmlai/annotated_deep_learning_paper_implementations#66',
    profile: 'kd',
    law: 'positive-apart',
    loss: (_student, teacher, labels) => lossOf(kd)(teacher, teacher, labels),
  },
  {
    name: 'squared difference of logits',
    mistake: 'mean squared error of the logits',
    profile: 'kd',
    law: 'student-shift',
    loss: lossOf({
      ...kd,
      student: (z) => z,
      teacher: (z) => z,
      divergence: (u, v) => total(u.map((value, i) => (value - v[i]) ** 2)) / (2 * u.length),
    }),
  },
  {
    name: 'squared difference of probabilities',
    mistake: 'K/2 times the squared error of the softened probabilities, right only for flat distributions',
    profile: 'kd',
    law: 'definition',
    loss: lossOf({
      ...kd,
      divergence: (logP, logQ) =>
        (logP.length / 2) * total(exp(logP).map((p, i) => (p - Math.exp(logQ[i])) ** 2)),
    }),
  },
  {
    name: 'four decimals',
    mistake: 'the value is rounded for the log before it is returned',
    profile: 'kd',
    law: 'large-temperature-limit',
    loss: lossOf({ ...kd, reduce: (values, batch) => Number(kd.reduce(values, batch).toFixed(4)) }),
  },
  {
    name: 'raw teacher',
    mistake:
      'the teacher already returns log-probabilities, and they are exponentiated at T without normalising',
    profile: 'kd',
    law: 'teacher-shift',
    loss: lossOf({ ...kd, teacher: (z) => z }),
  },
]

function overflowing(z: Row): Row {
  const sum = total(exp(scaled(z, 1)))
  return z.map((value) => Math.log(Math.exp(value) / sum))
}
