import fc from 'fast-check'
import type { LogitBatch } from '../arbitraries.ts'
import { position } from '../drawnRow.ts'
import { largest, permuted, scaled } from '../formulas/rows.ts'
import { order, orderOf } from '../order.ts'
import { reordered } from './cases.ts'
import { withFarClass } from './classLaws.ts'
import { complainOfEntries, conditions, directionOf, entryName, points, tolerance } from './gradientCase.ts'
import { differs, lossLaw } from './lossLaw.ts'

const gradientRowIndependence = lossLaw({
  name: 'gradient-row-independence',
  statement: 'The gradient of a sample in a batch of N is its gradient in a batch of one, divided by N.',
  formula: 'N ∂L(batch)/∂vₙ = ∂L(sample n)/∂v',
  conditions,
  tolerance,
  matters: 'A summed gradient of a mean grows with the batch.',
  usualCause: 'a summed gradient although the value is a mean',
  cases: points,
  async complain(subject, point) {
    const { batch, n, j } = point
    const count = batch.labels.length
    const alone = { student: [batch.student[n]], teacher: [batch.teacher[n]], labels: [batch.labels[n]] }
    if (subject.loss.gradient) {
      const [within, [own]] = [await subject.gradient(batch), await subject.gradient(alone)]
      const wanted = batch.student.map((row, m) => row.map((_, i) => (m === n ? own[i] / count : undefined)))
      return complainOfEntries(
        within,
        wanted,
        subject.gradientRounding(batch),
        `1/${count} of that of the sample alone`,
      )
    }
    const direction = directionOf({ ...point, along: 'one logit' })
    const within = await subject.numericSlope(batch, direction)
    const own = await subject.numericSlope(alone, [direction[n]])
    return differs(
      `N ${entryName(n, j)}`,
      count * within.value,
      'that of the sample alone',
      own.value,
      count * within.error + own.error,
    )
  },
})

/** Lists the samples of a batch in a different order, or repeatedly. */
const samplesAt = ({ student, teacher, labels }: LogitBatch, indices: readonly number[]): LogitBatch => ({
  student: permuted(student, indices),
  teacher: permuted(teacher, indices),
  labels: permuted(labels, indices),
})

const gradientOfRepeatedBatch = lossLaw({
  name: 'gradient-of-repeated-batch',
  statement: 'If a batch is repeated, each sample gets half its gradient, both times.',
  formula: '∂L(batch, batch)/∂vₙ = ∂L(batch)/∂vₙ / 2',
  conditions: 'the loss provides a gradient; no maximum is near 0',
  tolerance: 'the rounding of both',
  matters: 'A gradient that misses the last samples of a batch leaves them unlearned.',
  usualCause: 'samples that the gradient does not reach, or a fixed batch size',
  needs: 'gradient',
  cases: points,
  async complain(subject, { batch }) {
    const indices = batch.labels.map((_, n) => n)
    const twice = samplesAt(batch, [...indices, ...indices])
    const half = (await subject.gradient(batch)).map((row) => scaled(row, 0.5))
    return complainOfEntries(
      await subject.gradient(twice),
      [...half, ...half],
      subject.gradientRounding(twice),
      'half of that of the batch',
    )
  },
})

const gradientPermutation = lossLaw({
  name: 'gradient-permutation',
  statement: 'If the classes of both sides and the labels are reordered, so is the gradient.',
  formula: '∂L/∂v (πv, πu, πt) = π ∂L/∂v (v, u, t)',
  conditions: 'the loss provides a gradient; the student’s largest logit exceeds the others',
  tolerance: 'the rounding of both',
  matters: 'If a class is left out of the gradient, it never learns.',
  usualCause: 'a class that the gradient does not reach, or that it treats differently',
  needs: 'gradient',
  cases: (profile) =>
    fc.record({ point: points(profile), drawn: order }).map(({ point: { batch }, drawn }) => ({
      batch,
      order: orderOf(drawn, batch.student[0].length),
    })),
  async complain(subject, { batch, order }) {
    const other = reordered(batch, order, order)
    const wanted = (await subject.gradient(batch)).map((row) => permuted(row, order))
    return complainOfEntries(
      await subject.gradient(other),
      wanted,
      subject.gradientRounding(other),
      'the reordered gradient',
    )
  },
})

const gradientOfFarClass = lossLaw({
  name: 'gradient-of-far-class',
  statement:
    'A class far below all others on both sides gets no gradient, and does not change that of the others.',
  formula: 'vᵢ, uᵢ → −∞ ⇒ ∂L/∂vᵢ → 0, i ≠ t',
  conditions:
    'the loss provides a gradient; a class inserted 800 temperatures below the smallest logit of each side',
  tolerance: 'the rounding of the gradient without the class; for the class, the largest of its sample',
  matters: 'Padded and masked classes must not move.',
  usualCause: 'a mean over the classes, or 0 · ∞ in a derivative',
  needs: 'gradient',
  cases: (profile) => fc.record({ point: points(profile), at: position }),
  async complain(subject, { point: { batch }, at: drawn }) {
    const at = drawn % (batch.student[0].length + 1)
    const rounding = subject.gradientRounding(batch)
    return complainOfEntries(
      await subject.gradient(withFarClass(batch, at, subject.profile)),
      (await subject.gradient(batch)).map((row) => row.toSpliced(at, 0, 0)),
      rounding.map((row) => row.toSpliced(at, 0, largest(row))),
      'that without the class',
    )
  },
})

export const gradientInvarianceLaws = [
  gradientRowIndependence,
  gradientOfRepeatedBatch,
  gradientPermutation,
  gradientOfFarClass,
]
