import fc from 'fast-check'
import type { LogitBatch } from '../arbitraries.ts'
import { position } from '../drawnRow.ts'
import { largest, type Row, scaled } from '../formulas/rows.ts'
import type { Profile } from '../profile.ts'
import { batches, rounding, withMore } from './cases.ts'
import { differs, lossLaw } from './lossLaw.ts'

/** How far below all others a class has no probability, in units of the temperature: exp(−800) is 0 in float64. */
const distance = 800

/** Inserts a class whose logits lie far below all others, on both sides. The position is below K + 1. */
export function withFarClass(
  { student, teacher, labels }: LogitBatch,
  at: number,
  { rule, temperature, terms }: Profile,
): LogitBatch {
  // A sum of terms has more temperatures than those of its rule: τ, and 1.
  const least = terms.length > 1 ? temperature : 0
  const inserted = (row: Row, temperature: number) =>
    row.toSpliced(at, 0, -largest(scaled(row, -1)) - distance * Math.max(temperature, least))
  const temperatures = student.map((v, n) => rule?.temperatures(v, teacher[n]) ?? { student: 1, teacher: 1 })
  return {
    student: student.map((row, n) => inserted(row, temperatures[n].student)),
    teacher: teacher.map((row, n) => inserted(row, temperatures[n].teacher)),
    labels: labels.map((label) => (label < at ? label : label + 1)),
  }
}

const farClass = lossLaw({
  name: 'far-class',
  statement: 'A class far below all others on both sides, such as a masked one, adds nothing.',
  formula: 'vᵢ, uᵢ → −∞ ⇒ L(v, u, t) → L without class i, i ≠ t',
  conditions: 'a class inserted 800 temperatures below the smallest logit of each side, where exp underflows',
  tolerance: `${rounding}, of the batch without the class, twice`,
  matters: 'Padded and masked classes must not count; nor must the number of classes.',
  usualCause: 'a mean over the classes, a share of each label for all classes, or 0 · ∞',
  cases: (profile) => withMore(batches(profile), position),
  async complain(subject, { batch, drawn }) {
    const other = withFarClass(batch, drawn % (batch.student[0].length + 1), subject.profile)
    return differs(
      'L with a class at −∞',
      await subject.value(other),
      'L(v, u, t)',
      await subject.value(batch),
      2 * subject.rounding(batch),
    )
  },
})

/** A class of a sample, and the share of its probability that one of its two parts gets. */
const division = fc.record({ at: position, share: fc.constantFrom(1 / 2, 1 / 4, 7 / 8) })

/**
 * Divides one class of each sample, with the same shares on both sides; the second part becomes the last class. It is
 * neither the label nor, if the temperatures depend on it, a largest logit. `undefined` if a sample has no such class.
 */
function divided(
  { student, teacher, labels }: LogitBatch,
  { at, share }: { readonly at: number; readonly share: number },
  { rule }: Profile,
): LogitBatch | undefined {
  const samples = labels.map((label, n) => {
    const [v, u] = [student[n], teacher[n]]
    const isFree = (i: number) =>
      i !== label && (rule === undefined || rule.isConstant || (v[i] < largest(v) && u[i] < largest(u)))
    const free = v.flatMap((_, i) => (isFree(i) ? [i] : []))
    if (free.length === 0) return undefined
    const j = free[at % free.length]
    const temperatures = rule?.temperatures(v, u) ?? { student: 1, teacher: 1 }
    const parts = (row: Row, temperature: number) => [
      ...row.with(j, row[j] + temperature * Math.log(share)),
      row[j] + temperature * Math.log(1 - share),
    ]
    return { student: parts(v, temperatures.student), teacher: parts(u, temperatures.teacher) }
  })
  const whole = samples.flatMap((sample) => sample ?? [])
  if (whole.length < samples.length) return undefined
  return {
    student: whole.map((sample) => sample.student),
    teacher: whole.map((sample) => sample.teacher),
    labels,
  }
}

const mergingClasses = lossLaw({
  name: 'merging-classes',
  statement:
    'Two classes whose probabilities have the same ratio on both sides count as one class with the sum of their probabilities.',
  formula: 'pᵢ/qᵢ = pⱼ/qⱼ, i, j ≠ t ⇒ L(p, q, t) = L(…, pᵢ + pⱼ, …; …, qᵢ + qⱼ, …; t)',
  conditions:
    'a class other than the label is divided; with dynamic temperatures, one below both largest logits',
  tolerance: `${rounding}, on both sides`,
  matters:
    'It characterises divergences that are sums over classes, such as KL (the chain rule); a mean over the classes lacks it.',
  usualCause: 'a mean over the classes, a constant in a logarithm, or another distance than a divergence',
  cases: (profile) => withMore(batches(profile), division),
  async complain(subject, { batch, drawn }) {
    const other = divided(batch, drawn, subject.profile)
    if (other === undefined) return undefined
    return differs(
      'L with a class divided',
      await subject.value(other),
      'L(v, u, t)',
      await subject.value(batch),
      subject.rounding(batch) + subject.rounding(other),
    )
  },
})

export const classLaws = [farClass, mergingClasses]
