import { kdSlopes, withGradient } from './gradients.ts'
import type { Mutant } from './mutant.ts'
import { atTemperatureOf, everything } from './offers.ts'
import { crossEntropy, dkd, dtkd, kd, logSoftmax, lossOf, type Parts, type Row, total } from './plain.ts'

const clamped = (row: Row) => row.map((value) => Math.min(Math.max(value, -50), 50))

/** Mixes a distribution with the uniform one. */
const mixed = (log: Row, share: number) =>
  log.map((value) => Math.log((1 - share) * Math.exp(value) + share / log.length))

const uniform = (student: readonly Row[]) =>
  total(student.map((v) => -total(logSoftmax(v)) / v.length)) / student.length

/** Changes the labels of a cross entropy: (1 − ε) at the label, and ε over all classes. */
const smoothed = (student: readonly Row[], labels: readonly number[], share: number) =>
  (1 - share) * crossEntropy(student, labels) + share * uniform(student)

/** Right, unless a class has no probability, is two classes in one, or the temperature is another. */
export const classes: readonly Mutant[] = [
  {
    name: 'clamped logits',
    mistake: 'logits are clamped to ±50 for stability, masked ones too',
    profile: 'kd',
    law: 'far-class',
    loss: lossOf({
      ...kd,
      arrange: ({ student, teacher, labels }) => ({
        student: student.map(clamped),
        teacher: teacher.map(clamped),
        labels,
      }),
    }),
  },
  {
    name: 'label smoothing left on',
    mistake: 'cross entropy with label_smoothing=0.1 from another experiment',
    profile: 'crossEntropy',
    law: 'far-class',
    loss: (student, _teacher, labels) => smoothed(student, labels, 0.1),
  },
  {
    name: 'label smoothing in the total',
    mistake: 'the same in the cross entropy of a total loss',
    profile: 'kd-total',
    law: 'far-class',
    loss: (student, teacher, labels) =>
      0.9 * lossOf(kd)(student, teacher, labels) + 0.1 * smoothed(student, labels, 0.1),
  },
  {
    name: 'uniform teacher',
    mistake: 'the teacher’s distribution is mixed with the uniform one, in both its places',
    profile: 'kd',
    law: 'far-class',
    loss: lossOf({ ...kd, teacher: (z) => mixed(logSoftmax(z), 0.01) }),
  },
  {
    name: 'gradient of smoothed targets',
    mistake: 'the gradient is q − (0.99 p + 0.01 / K): the targets are smoothed in the backward pass alone',
    profile: 'kd',
    law: 'gradient-of-far-class',
    loss: withGradient(kd, {
      ...kdSlopes,
      slope: (logP, logQ) => kdSlopes.slope(mixed(logP, 0.01), logQ, 0),
    }),
  },
  {
    name: 'gradient of masked classes',
    mistake: 'entries below 10⁻⁹ are raised to it, so that no gradient vanishes',
    profile: 'kd',
    law: 'gradient-of-far-class',
    loss: withGradient(kd, {
      ...kdSlopes,
      slope: (logP, logQ) =>
        kdSlopes.slope(logP, logQ, 0).map((value) => (Math.abs(value) < 1e-9 ? 1e-9 : value)),
    }),
  },
  {
    name: 'both mixed with the uniform distribution',
    mistake: 'both sides are smoothed by 1 % to avoid logarithms of 0: equal rows still have no loss',
    profile: 'kd',
    law: 'merging-classes',
    loss: lossOf({
      ...kd,
      teacher: (z) => mixed(logSoftmax(z), 0.01),
      student: (z) => mixed(logSoftmax(z), 0.01),
    }),
  },
  {
    name: 'entropy of the number of classes',
    mistake: 'the divergence is divided by ln K, to be comparable between data sets',
    profile: 'dtkd',
    law: 'merging-classes',
    loss: lossOf({ ...dtkd, divergence: (p, q, t) => dtkd.divergence(p, q, t) / Math.log(p.length) }),
  },
  {
    name: 'mean over the other classes',
    mistake: 'NCKD is a mean over the other classes, times how many they were in the paper’s data set',
    profile: 'dkd',
    law: 'merging-classes',
    loss: lossOf({
      ...dkd,
      divergence: (logP, logQ, label) => (dkd.divergence(logP, logQ, label) * 100) / logP.length,
    }),
  },
  {
    name: 'focal weights left on',
    mistake: 'the cross entropy of a sample is weighted with (1 − q_t)²',
    profile: 'crossEntropy',
    law: 'definition',
    loss: (student, _teacher, labels) =>
      total(
        student.map((v, n) => {
          const logQ = logSoftmax(v)[labels[n]]
          return -((1 - Math.exp(logQ)) ** 2) * logQ
        }),
      ) / student.length,
  },
  {
    name: 'capped divergence',
    mistake: 'the loss of a sample is at most 5, so that no outlier spoils a step',
    profile: 'kd',
    law: 'convexity',
    loss: lossOf({
      ...kd,
      reduce: (values) =>
        kd.reduce(
          values.map((value) => Math.min(value, 5)),
          none,
        ),
    }),
  },
  {
    name: 'factor of the default temperature',
    mistake: 'the factor is 16, whatever the temperature',
    profile: 'kd',
    law: 'scale-and-temperature',
    loss: { ...everything.kd, atTemperature: atTemperatureOf(withFactor(kd, 16)) },
  },
  {
    name: 'temperature of one softmax alone',
    mistake: 'the teacher’s softmax has the default temperature, whatever the option',
    profile: 'dkd',
    law: 'scale-and-temperature',
    loss: {
      ...everything.dkd,
      atTemperature: (tau, ...batch) =>
        lossOf({
          ...dkd,
          temperatures: () => ({ student: tau, teacher: 4 }),
          factor: () => tau ** 2,
        })(...batch),
    },
  },
  {
    name: 'said to be float32',
    mistake: 'a value of float64 that is rounded to six decimals and said to be of float32',
    profile: 'kd',
    law: 'representable',
    loss: {
      loss: lossOf({ ...kd, reduce: (values, batch) => Number(kd.reduce(values, batch).toFixed(6)) }),
      dtype: 'float32',
    },
  },
]

const none = { student: [], teacher: [], labels: [] }

function withFactor(parts: Parts, factor: number): Parts {
  return { ...parts, factor: () => factor }
}
