import type { Mutant } from './mutant.ts'
import {
  divergence,
  dkd,
  logSoftmax,
  lossOf,
  otherClasses,
  type Row,
  targetClass,
  total,
  without,
} from './plain.ts'

const probability = (row: Row, i: number) => Math.exp(row[i])

/** Mistakes in taking the target apart from the other classes. */
export const decoupled: readonly Mutant[] = [
  {
    name: 'weights exchanged',
    mistake: '8 TCKD + NCKD',
    profile: 'dkd',
    law: 'large-temperature-limit',
    loss: lossOf({
      ...dkd,
      divergence: (logP, logQ, label) => 8 * targetClass(logP, logQ, label) + otherClasses(logP, logQ, label),
    }),
  },
  {
    name: 'coupled again',
    mistake: 'NCKD keeps its factor 1 − p_t, of which decoupling is to free it',
    profile: 'dkd',
    law: 'large-temperature-limit',
    loss: lossOf({
      ...dkd,
      divergence: (logP, logQ, label) =>
        targetClass(logP, logQ, label) + 8 * (1 - probability(logP, label)) * otherClasses(logP, logQ, label),
    }),
  },
  {
    name: 'others not normalised',
    mistake: 'NCKD over the probabilities of all classes with the target masked, which do not sum to 1',
    profile: 'dkd',
    law: 'non-negative',
    loss: lossOf({
      ...dkd,
      divergence: (logP, logQ, label) =>
        targetClass(logP, logQ, label) + 8 * divergence(without(logP, label), without(logQ, label)),
    }),
  },
  {
    name: 'target masked by 0',
    mistake: 'logits times the mask: the target takes part in NCKD with logit 0',
    profile: 'dkd',
    law: 'student-shift',
    loss: lossOf({
      ...dkd,
      teacher: (z) => z,
      student: (z) => z,
      divergence: (u, v, label) => {
        const masked = (row: Row) => logSoftmax(row.with(label, 0))
        return targetClass(logSoftmax(u), logSoftmax(v), label) + 8 * divergence(masked(u), masked(v))
      },
    }),
  },
  {
    name: 'target masked by −1000',
    mistake: 'the authors’ mask, after dividing by the temperature: not enough for large logits',
    seen: 'megvii-research/mdistiller, DKD.py',
    profile: 'dkd',
    law: 'definition-at-extremes',
    loss: lossOf({
      ...dkd,
      divergence: (logP, logQ, label) => {
        const masked = (row: Row) => logSoftmax(row.with(label, row[label] - 1000))
        return targetClass(logP, logQ, label) + 8 * divergence(masked(logP), masked(logQ))
      },
    }),
  },
  {
    name: 'logarithm of summed probabilities',
    mistake: 'ln of 1 − q_t: −∞ where the target has all the mass',
    seen: 'megvii-research/mdistiller, DKD.py',
    profile: 'dkd',
    law: 'definition-at-extremes',
    loss: lossOf({
      ...dkd,
      divergence: (logP, logQ, label) => {
        const binary = (row: Row) => [row[label], Math.log(1 - probability(row, label))]
        return divergence(binary(logP), binary(logQ)) + 8 * otherClasses(logP, logQ, label)
      },
    }),
  },
  {
    name: 'half of the target term',
    mistake: 'TCKD is p_t ln(p_t / q_t) alone',
    profile: 'dkd',
    law: 'non-negative',
    loss: lossOf({
      ...dkd,
      divergence: (logP, logQ, label) =>
        divergence([logP[label]], [logQ[label]]) + 8 * otherClasses(logP, logQ, label),
    }),
  },
  {
    name: 'target of the teacher',
    mistake: 'the teacher’s favourite class instead of the label',
    profile: 'dkd',
    law: 'label-independence',
    loss: lossOf({
      ...dkd,
      divergence: (logP, logQ) => dkd.divergence(logP, logQ, logP.indexOf(Math.max(...logP))),
    }),
  },
  {
    name: 'labels from 1',
    mistake: 'labels that count from 1',
    profile: 'dkd',
    law: 'shared-permutation',
    loss: lossOf({
      ...dkd,
      divergence: (logP, logQ, label) => dkd.divergence(logP, logQ, (label + logP.length - 1) % logP.length),
    }),
  },
  {
    name: 'first label for all',
    mistake: 'labels[0] in the loop over samples',
    profile: 'dkd',
    law: 'row-independence',
    loss: lossOf({
      ...dkd,
      arrange: (batch) => ({ ...batch, labels: batch.labels.map(() => batch.labels[0]) }),
    }),
  },
  {
    name: 'others of the student reversed',
    mistake: 'the student’s other classes lose their order when the target is taken out',
    profile: 'dkd',
    law: 'zero-at-equality',
    loss: lossOf({
      ...dkd,
      divergence: (logP, logQ, label) => {
        const moved = logSoftmax([...logQ.slice(label + 1), ...logQ.slice(0, label)])
        return targetClass(logP, logQ, label) + 8 * divergence(logSoftmax(without(logP, label)), moved)
      },
    }),
  },
  {
    name: 'plain divergence',
    mistake: 'the coupled divergence under the decoupled name',
    profile: 'dkd',
    law: 'large-temperature-limit',
    loss: lossOf({ ...dkd, divergence }),
  },
  {
    name: 'target term twice',
    mistake: 'NCKD over all classes: the target counts in both terms',
    profile: 'dkd',
    law: 'large-temperature-limit',
    loss: lossOf({
      ...dkd,
      divergence: (logP, logQ, label) => targetClass(logP, logQ, label) + 8 * divergence(logP, logQ),
    }),
  },
  {
    name: 'probability of the wrong side',
    mistake: 'TCKD weighs its logarithms with the student’s probabilities',
    profile: 'dkd',
    law: 'definition',
    loss: lossOf({
      ...dkd,
      divergence: (logP, logQ, label) => targetClass(logQ, logP, label) + 8 * otherClasses(logP, logQ, label),
    }),
  },
  {
    name: 'squared target term',
    mistake: '(p_t − q_t)² instead of TCKD',
    profile: 'dkd',
    law: 'large-temperature-limit',
    loss: lossOf({
      ...dkd,
      divergence: (logP, logQ, label) =>
        total([(probability(logP, label) - probability(logQ, label)) ** 2]) +
        8 * otherClasses(logP, logQ, label),
    }),
  },
]
