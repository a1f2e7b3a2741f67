import type { Mutant } from './mutant.ts'
import {
  divergence,
  dkd,
  dtkd,
  kd,
  lossOf,
  otherClasses,
  type Row,
  referenceTemperature,
  targetClass,
  total,
} from './plain.ts'

/** The right thing times the wrong number. */
export const scales: readonly Mutant[] = [
  {
    name: 'mean over classes',
    mistake: "reduction: 'mean' averages over classes too, so that the loss is K times too small",
    seen: 'HikariTJU/LD#74, szagoruyko/attention-transfer#18, facebookresearch/deit#116',
    profile: 'kd',
    law: 'large-temperature-limit',
    loss: lossOf({ ...kd, divergence: (logP, logQ) => divergence(logP, logQ) / logP.length }),
  },
  {
    name: 'mean over classes, dynamic',
    mistake: 'the same in the term with dynamic temperatures',
    seen: 'yuanli2333/Teacher-free-KD#5, haitongli/knowledge-distillation-pytorch#48',
    profile: 'dtkd',
    law: 'large-temperature-limit',
    loss: lossOf({ ...dtkd, divergence: (logP, logQ) => divergence(logP, logQ) / logP.length }),
  },
  {
    name: 'mean over classes, decoupled',
    mistake: 'both decoupled terms averaged over the classes',
    profile: 'dkd',
    law: 'large-temperature-limit',
    loss: lossOf({
      ...dkd,
      divergence: (logP, logQ, label) => dkd.divergence(logP, logQ, label) / logP.length,
    }),
  },
  {
    name: 'sum over the batch',
    mistake: "reduction: 'sum', so that the loss grows with the batch",
    profile: 'kd',
    law: 'batch-additivity',
    loss: lossOf({ ...kd, reduce: total }),
  },
  {
    name: 'mean of the batch twice',
    mistake: "a 'batchmean' that is divided by the batch size once more",
    profile: 'kd',
    law: 'batch-additivity',
    loss: lossOf({ ...kd, reduce: (values) => total(values) / values.length ** 2 }),
  },
  {
    name: 'configured batch size',
    mistake: 'divided by the batch size of the configuration, which the last batch does not have',
    profile: 'dtkd',
    law: 'batch-additivity',
    loss: lossOf({ ...dtkd, reduce: (values) => total(values) / 64 }),
  },
  {
    name: 'unbiased mean',
    mistake: 'divided by N − 1 as a sample variance is',
    profile: 'kd',
    law: 'batch-additivity',
    loss: lossOf({ ...kd, reduce: (values) => total(values) / Math.max(1, values.length - 1) }),
  },
  {
    name: 'mean of means',
    mistake:
      'the batch is worked through in parts of 32, and the last, smaller part weighs as much as the others',
    profile: 'kd',
    law: 'batch-additivity',
    loss: lossOf({ ...kd, reduce: (values) => meanOf(partsOf(values, 32).map(meanOf)) }),
  },
  {
    name: 'hardest sample',
    mistake: 'the largest value of the batch instead of the mean',
    profile: 'kd',
    law: 'batch-additivity',
    loss: lossOf({ ...kd, reduce: (values) => Math.max(...values) }),
  },
  {
    name: 'temperature squared missing',
    mistake: 'no T², so that gradients shrink as the temperature grows',
    profile: 'kd',
    law: 'large-temperature-limit',
    loss: lossOf({ ...kd, factor: () => 1 }),
  },
  {
    name: 'temperature not squared',
    mistake: 'T instead of T²',
    profile: 'kd',
    law: 'large-temperature-limit',
    loss: lossOf({ ...kd, factor: () => referenceTemperature }),
  },
  {
    name: 'temperature squared twice',
    mistake: 'T² once in the loss and once in the training loop',
    profile: 'kd',
    law: 'large-temperature-limit',
    loss: lossOf({ ...kd, factor: () => referenceTemperature ** 4 }),
  },
  {
    name: 'temperature squared in one term',
    mistake: 'T² in TCKD, forgotten in NCKD',
    profile: 'dkd',
    law: 'large-temperature-limit',
    loss: lossOf({
      ...dkd,
      divergence: (logP, logQ, label) =>
        targetClass(logP, logQ, label) + (8 * otherClasses(logP, logQ, label)) / referenceTemperature ** 2,
    }),
  },
  {
    name: 'shared factor',
    mistake: 'τ² where T_teacher T_student belongs',
    profile: 'dtkd',
    law: 'large-temperature-limit',
    loss: lossOf({ ...dtkd, factor: () => referenceTemperature ** 2 }),
  },
  {
    name: 'student factor',
    mistake: 'T_student² where T_teacher T_student belongs',
    profile: 'dtkd',
    law: 'large-temperature-limit',
    loss: lossOf({ ...dtkd, factor: ({ student }) => student ** 2 }),
  },
  {
    name: 'no factor',
    mistake: 'dynamic temperatures, but no T_teacher T_student',
    profile: 'dtkd',
    law: 'large-temperature-limit',
    loss: lossOf({ ...dtkd, factor: () => 1 }),
  },
  {
    name: 'weight left in',
    mistake: 'the 0.9 of the total loss stands in the term already',
    profile: 'kd',
    law: 'large-temperature-limit',
    loss: lossOf({ ...kd, factor: () => 0.9 * referenceTemperature ** 2 }),
  },
  {
    name: 'warm-up left in',
    mistake: 'the weight of the first of 20 epochs stands in the term',
    profile: 'dtkd',
    law: 'large-temperature-limit',
    loss: lossOf({ ...dtkd, factor: (temperatures) => dtkd.factor(temperatures) / 20 }),
  },
  {
    name: 'base 2',
    mistake: 'log2 instead of the natural logarithm',
    profile: 'kd',
    law: 'large-temperature-limit',
    loss: lossOf({ ...kd, divergence: (logP, logQ) => divergence(logP, logQ) * Math.LOG2E }),
  },
]

function meanOf(values: Row): number {
  return total(values) / values.length
}

function partsOf(values: Row, size: number): Row[] {
  const count = Math.ceil(values.length / size)
  return Array.from({ length: count }, (_, i) => values.slice(i * size, (i + 1) * size))
}
