import { dkdSlopes, dtkdSlopes, kdSlopes, withGradient } from './gradients.ts'
import type { Mutant } from './mutant.ts'
import { crossEntropyParts, dkd, dtkd, kd, type Row, scaled } from './plain.ts'
import { withRows } from './sizes.ts'

const crossEntropySlopes = {
  ...kdSlopes,
  slope: (_: Row, logQ: Row, label: number) =>
    logQ.map((value, j) => Math.exp(value) - (j === label ? 1 : 0)),
}

const none = (row: Row) => row.map(() => 0)

/** The right value, and a gradient that is right for few classes and samples. */
export const gradientSizes: readonly Mutant[] = [
  {
    name: 'gradient of the third sample',
    mistake: 'the third sample climbs: its entries have the wrong sign',
    profile: 'kd',
    law: 'gradient-formula',
    loss: withRows(withGradient(kd, kdSlopes), (row, n) => (n === 2 ? scaled(row, -1) : row)),
  },
  {
    name: 'gradient of the first sample twice',
    mistake: 'from three samples on, the first is accumulated twice',
    profile: 'dkd',
    law: 'gradient-of-repeated-batch',
    loss: withRows(withGradient(dkd, dkdSlopes), (row, n, count) =>
      n === 0 && count > 2 ? scaled(row, 2) : row,
    ),
  },
  {
    name: 'gradient of the last of many samples',
    mistake: 'the last sample of an odd batch gets no gradient',
    profile: 'dtkd',
    law: 'gradient-of-repeated-batch',
    loss: withRows(withGradient(dtkd, dtkdSlopes), (row, n, count) =>
      n === count - 1 && count % 2 === 1 && count > 1 ? none(row) : row,
    ),
  },
  {
    name: 'gradient over a power of two',
    mistake: 'the gradient is divided by the size of the padded batch, a power of two',
    profile: 'kd',
    law: 'gradient-row-independence',
    loss: withGradient(kd, { ...kdSlopes, count: (samples) => 2 ** Math.ceil(Math.log2(samples)) }),
  },
  {
    name: 'gradient of the tenth class',
    mistake: 'classes from the tenth on get the gradient of the ninth',
    profile: 'dkd',
    law: 'gradient-permutation',
    loss: withRows(withGradient(dkd, dkdSlopes), (row) => row.map((value, j) => (j < 9 ? value : row[8]))),
  },
  {
    name: 'gradient of late labels',
    mistake: 'a label from the eighth class on gets no gradient of its own',
    profile: 'crossEntropy',
    law: 'gradient-sums-to-zero',
    loss: withGradient(crossEntropyParts, {
      ...crossEntropySlopes,
      slope: (logP, logQ, label) => crossEntropySlopes.slope(logP, logQ, label < 7 ? label : -1),
    }),
  },
  {
    name: 'gradient in blocks of four',
    mistake: 'the classes after the last whole block of four get no gradient',
    profile: 'kd',
    law: 'gradient-sums-to-zero',
    loss: withRows(withGradient(kd, kdSlopes), (row) =>
      row.length < 8 ? row : row.map((value, j) => (j < row.length - (row.length % 4) ? value : 0)),
    ),
  },
  {
    name: 'gradient at an early maximum',
    mistake: 'what comes through the temperatures lands at the largest of the first eight classes',
    profile: 'dtkd',
    law: 'gradient-formula',
    loss: withGradient(dtkd, {
      ...dtkdSlopes,
      where: (v) => [v.indexOf(Math.max(...v.slice(0, 8)))],
    }),
  },
  {
    name: 'gradient of the rarest class',
    mistake: 'the entry of the last class is overwritten by the sum of the others, with the wrong sign',
    profile: 'kd',
    law: 'gradient-formula',
    loss: withRows(withGradient(kd, kdSlopes), (row) => row.with(-1, -row[row.length - 1])),
  },
  {
    name: 'clipped gradient',
    mistake: 'entries are clipped to ±0.1, which the value does not show',
    profile: 'kd',
    law: 'gradient-is-numeric',
    loss: withRows(withGradient(kd, kdSlopes), (row) =>
      row.map((value) => Math.min(Math.max(value, -0.1), 0.1)),
    ),
  },
]
