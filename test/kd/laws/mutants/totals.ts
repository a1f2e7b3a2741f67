import type { Mutant } from './mutant.ts'
import { crossEntropy, dkd, dtkd, kd, lossOf, type Row, scaled } from './plain.ts'

/** How much of each term, and how its weight grows with the epochs. */
interface Weights {
  readonly distillation: number
  readonly shared: number
  readonly crossEntropy: number
  readonly warmUp: (epoch: number) => number
}

type Value = (student: readonly Row[], teacher: readonly Row[], labels: readonly number[]) => number

/** w(epoch) (α · term + β · KD) + γ · cross entropy, in an epoch and after the warm-up. */
export function totalOf(term: Value, weights: Weights, hard: Value = hardTargets) {
  const atEpoch = (epoch: number, ...batch: Parameters<Value>) => {
    const soft = weights.distillation * term(...batch) + weights.shared * lossOf(kd)(...batch)
    return weights.warmUp(epoch) * soft + weights.crossEntropy * hard(...batch)
  }
  return { loss: (...batch: Parameters<Value>) => atEpoch(1000, ...batch), atEpoch }
}

const hardTargets: Value = (student, _teacher, labels) => crossEntropy(student, labels)

const twentyEpochs = (epoch: number) => Math.min(epoch / 20, 1)

/** The authors' weights. */
export const kdWeights: Weights = { distillation: 0.9, shared: 0, crossEntropy: 0.1, warmUp: () => 1 }
export const dkdWeights: Weights = { distillation: 1, shared: 0, crossEntropy: 1, warmUp: twentyEpochs }
export const dtkdWeights: Weights = { distillation: 3, shared: 1, crossEntropy: 1, warmUp: twentyEpochs }

/** Whole losses, of which one weight or term is wrong. */
export const totals: readonly Mutant[] = [
  {
    name: 'weights of the total exchanged',
    mistake: '0.1 KD + 0.9 cross entropy: alpha is the other one’s weight',
    profile: 'kd-total',
    law: 'definition',
    loss: totalOf(lossOf(kd), { ...kdWeights, distillation: 0.1, crossEntropy: 0.9 }).loss,
  },
  {
    name: 'softened cross entropy',
    mistake: 'the cross entropy with the labels sees logits over T',
    profile: 'kd-total',
    law: 'definition',
    loss: totalOf(lossOf(kd), kdWeights, (student, _teacher, labels) =>
      crossEntropy(
        student.map((v) => scaled(v, 1 / 4)),
        labels,
      ),
    ).loss,
  },
  {
    name: 'cross entropy of the teacher',
    mistake: 'the teacher’s logits in the cross entropy',
    profile: 'kd-total',
    law: 'definition',
    loss: totalOf(lossOf(kd), kdWeights, (_student, teacher, labels) => crossEntropy(teacher, labels)).loss,
  },
  {
    name: 'shared term left out',
    mistake: 'β KD is missing from DTKD’s total',
    profile: 'dtkd-total',
    law: 'definition',
    loss: totalOf(lossOf(dtkd), { ...dtkdWeights, shared: 0 }),
  },
  {
    name: 'epochs from 0',
    mistake: 'the warm-up counts epochs from 0: none of the first is distilled',
    profile: 'dtkd-total',
    law: 'warm-up',
    loss: totalOf(lossOf(dtkd), { ...dtkdWeights, warmUp: (epoch) => twentyEpochs(epoch - 1) }),
  },
  {
    name: 'warm-up without end',
    mistake: 'e / 20 without min: the weight grows for ever',
    profile: 'dkd-total',
    law: 'warm-up',
    loss: {
      ...totalOf(lossOf(dkd), { ...dkdWeights, warmUp: (epoch) => epoch / 20 }),
      loss: totalOf(lossOf(dkd), dkdWeights).loss,
    },
  },
  {
    name: 'warm-up of everything',
    mistake: 'the warm-up multiplies the cross entropy too',
    profile: 'dkd-total',
    law: 'warm-up',
    loss: {
      ...totalOf(lossOf(dkd), dkdWeights),
      atEpoch: (epoch, ...batch) => twentyEpochs(epoch) * totalOf(lossOf(dkd), dkdWeights).loss(...batch),
    },
  },
]
