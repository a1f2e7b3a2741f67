import type { LogitBatch } from '../arbitraries.ts'

/** A wrong factor of a loss, and the mistake that causes it. */
export interface Scale {
  readonly mistake: string
  readonly factor: (batch: LogitBatch, temperature: number) => number
}

const count = ({ labels }: LogitBatch) => labels.length
const classes = ({ student }: LogitBatch) => student[0].length

const ofBatch: readonly Scale[] = [
  { mistake: 'summed over the batch instead of the mean', factor: count },
  { mistake: 'divided by the number of samples twice', factor: (batch) => 1 / count(batch) },
  {
    mistake: 'divided by N − 1 instead of N',
    factor: (batch) => count(batch) / Math.max(1, count(batch) - 1),
  },
]

const ofClasses: readonly Scale[] = [
  { mistake: 'the mean over the classes instead of their sum', factor: (batch) => 1 / classes(batch) },
  { mistake: 'multiplied by the number of classes', factor: classes },
]

const ofTemperature: readonly Scale[] = [
  { mistake: 'the temperature squared is missing', factor: (_, tau) => tau ** -2 },
  { mistake: 'multiplied by the temperature, not its square', factor: (_, tau) => 1 / tau },
  { mistake: 'multiplied by the temperature squared twice', factor: (_, tau) => tau ** 2 },
  { mistake: 'multiplied by the temperature once too many times', factor: (_, tau) => tau },
  {
    mistake: 'divided by the temperature squared instead of multiplied by it',
    factor: (_, tau) => tau ** -4,
  },
]

const constants: readonly Scale[] = [
  { mistake: 'the sign is wrong', factor: () => -1 },
  { mistake: 'logarithms to base 2 instead of natural ones', factor: () => 1 / Math.LN2 },
  { mistake: 'logarithms to base 10 instead of natural ones', factor: () => 1 / Math.LN10 },
  { mistake: 'it has twice its weight', factor: () => 2 },
  { mistake: 'it has half its weight', factor: () => 0.5 },
]

const groups = [ofBatch, ofClasses, ofTemperature, constants]

/** No factor, then single ones, then pairs of different kinds. */
export const scales: readonly Scale[] = [
  { mistake: '', factor: () => 1 },
  ...groups.flat(),
  ...groups.flatMap((group, i) =>
    groups.slice(i + 1).flatMap((others) => group.flatMap((one) => others.map((other) => both(one, other)))),
  ),
]

function both(one: Scale, other: Scale): Scale {
  return {
    mistake: `${one.mistake}; ${other.mistake}`,
    factor: (batch, tau) => one.factor(batch, tau) * other.factor(batch, tau),
  }
}
