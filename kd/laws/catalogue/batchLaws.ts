import fc from 'fast-check'
import { type LogitBatch, logitsPair } from '../arbitraries.ts'
import { mean, permuted } from '../formulas/rows.ts'
import { order, orderOf } from '../order.ts'
import type { Profile } from '../profile.ts'
import { batches, domainOf } from './cases.ts'
import { differs, firstOf, lossLaw } from './lossLaw.ts'

const tolerance = 'the rounding bound of each value'

function rowOf({ student, teacher, labels }: LogitBatch, n: number): LogitBatch {
  return { student: [student[n]], teacher: [teacher[n]], labels: [labels[n]] }
}

const every = <Value>({ labels }: LogitBatch, of: (n: number) => Value) => labels.map((_, n) => of(n))

/** Repeats each sample, consecutively. */
export function repeated({ student, teacher, labels }: LogitBatch, times: number): LogitBatch {
  const many = <Value>(list: readonly Value[]) => list.flatMap((value) => new Array<Value>(times).fill(value))
  return { student: many(student), teacher: many(teacher), labels: many(labels) }
}

const batchAdditivity = lossLaw({
  name: 'batch-additivity',
  statement: 'The loss of a batch is the mean of the losses of its samples.',
  formula: 'N L(batch) = Σₙ L(sample n)',
  conditions: 'up to 64 samples, or a few, each repeated 7 or 40 times',
  tolerance,
  matters:
    'A sum over the batch, a mean taken twice or a mean of partial means ties the learning rate to the batch size.',
  usualCause: 'a sum over the batch, a mean taken twice, or a sample left out',
  cases: (profile) =>
    fc
      .record({
        batch: batches(profile),
        times: fc.constantFrom(1, 1, 1, 7, 40),
      })
      .map(({ batch, times }) => ({ batch, times: batch.student.flat().length < 400 ? times : 1 })),
  async complain(subject, { batch, times }) {
    const values = await Promise.all(every(batch, (n) => subject.value(rowOf(batch, n))))
    const whole = repeated(batch, times)
    const excused = subject.rounding(whole) + mean(every(batch, (n) => subject.rounding(rowOf(batch, n))))
    return differs('L(batch)', await subject.value(whole), 'the mean over its samples', mean(values), excused)
  },
})

const samples = (profile: Profile, min: number, max = min) =>
  logitsPair({ ...domainOf(profile), rows: { min, max } })

const rowIndependence = lossLaw({
  name: 'row-independence',
  statement: 'The contribution of a sample to the loss does not depend on the other samples.',
  formula: 'L(a, b) − L(c, b) = L(a, b′) − L(c, b′)',
  conditions: 'four batches of two samples',
  tolerance,
  matters: 'Softmax over the wrong axis, or a teacher read in another order, mixes samples.',
  usualCause: 'softmax, mean or maximum over the batch, or one side in another order',
  cases: (profile) => samples(profile, 3),
  async complain(subject, batch) {
    const pair = (a: number, b: number): LogitBatch => ({
      student: [batch.student[a], batch.student[b]],
      teacher: [batch.teacher[a], batch.teacher[b]],
      labels: [batch.labels[a], batch.labels[b]],
    })
    const four = [pair(0, 1), pair(1, 1), pair(0, 2), pair(1, 2)]
    const [ab, cb, ac, cc] = await Promise.all(four.map((each) => subject.value(each)))
    const excused = four.reduce((sum, each) => sum + subject.rounding(each), 0)
    return differs('L(a, b) − L(b, b)', ab - cb, 'L(a, c) − L(b, c)', ac - cc, excused)
  },
})

const rowOrder = lossLaw({
  name: 'row-order',
  statement: 'The loss does not depend on the order of the samples.',
  formula: 'L(σ batch) = L(batch)',
  conditions: 'two to eight samples',
  tolerance,
  matters: 'A sample that is omitted or counted twice is usually the first or last.',
  usualCause: 'the first or last sample is treated differently',
  cases: (profile) =>
    fc
      .record({
        batch: samples(profile, 2, 8),
        drawn: order,
      })
      .map(({ batch, drawn }) => ({ batch, order: orderOf(drawn, batch.labels.length) })),
  async complain(subject, { batch, order }) {
    const other = {
      student: permuted(batch.student, order),
      teacher: permuted(batch.teacher, order),
      labels: permuted(batch.labels, order),
    }
    const excused = subject.rounding(batch) + subject.rounding(other)
    return differs('L(σ batch)', await subject.value(other), 'L(batch)', await subject.value(batch), excused)
  },
})

export const perSample = lossLaw({
  name: 'per-sample',
  statement:
    'The loss of each sample equals that of a batch of one, and their mean is the loss of the batch.',
  formula: 'ℓₙ = L(sample n),  1/N Σₙ ℓₙ = L(batch)',
  conditions: 'the loss provides perSample',
  tolerance,
  matters: 'Per-sample losses are used to weight or drop samples.',
  usualCause: 'values without the temperature factor, or already divided by the number of samples',
  needs: 'perSample',
  cases: batches,
  async complain(subject, batch) {
    const values = await subject.perSample(batch)
    const alone = await Promise.all(every(batch, (n) => subject.value(rowOf(batch, n))))
    const complaints = every(batch, (n) =>
      differs(
        `ℓ of sample ${n}`,
        values[n],
        'L of that sample alone',
        alone[n],
        2 * subject.rounding(rowOf(batch, n)),
      ),
    )
    const ofMean = differs(
      'the mean of perSample',
      mean(values),
      'L(batch)',
      await subject.value(batch),
      2 * subject.rounding(batch),
    )
    return firstOf(...complaints, ofMean)
  },
})

export const batchLaws = [batchAdditivity, rowIndependence, rowOrder, perSample]
