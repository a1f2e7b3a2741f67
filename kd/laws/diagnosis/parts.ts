import type { LogitBatch } from '../arbitraries.ts'
import { crossEntropyDefinition, divergence } from '../formulas/definition.ts'
import { logSoftmax, mean, type Row, scaled, total } from '../formulas/rows.ts'
import type { SampleTemperatures } from '../formulas/temperatureRules.ts'
import type { Term } from '../profile.ts'
import { samplesOf } from '../subject.ts'

/** A distillation term, or cross entropy, as parts, each of which a mistake can replace. */
export interface Parts {
  readonly arrange: (batch: LogitBatch) => LogitBatch
  readonly temperatures: (v: Row, u: Row, label: number) => SampleTemperatures
  /** The divisors of the logits. */
  readonly divisors: (temperatures: SampleTemperatures) => SampleTemperatures
  readonly factor: (temperatures: SampleTemperatures) => number
  /** ln p and ln q from softened logits. */
  readonly teacher: (softened: Row) => Row
  readonly student: (softened: Row) => Row
  /** The same for all samples of the batch. */
  readonly teachers: (softened: readonly Row[]) => readonly Row[]
  readonly students: (softened: readonly Row[]) => readonly Row[]
  /** The divergence; z and w are the softened logits of teacher and student. */
  readonly compare: (logP: Row, logQ: Row, label: number, z: Row, w: Row) => number
  /** Reduces the values of the samples to that of the batch. */
  readonly reduce: (values: Row, labels: Row) => number
}

/** Mistakes by description, with the parts that each replaces. */
export type Mistakes = Readonly<Record<string, Partial<Parts>>>

/** Returns the value of a term with some of its parts replaced. */
export function valueOf({ definition, distils }: Term, changed: Partial<Parts>, batch: LogitBatch): number {
  const { arrange = (same) => same, reduce = mean } = changed
  const samples = samplesOf(arrange(batch))
  const labels = samples.map(({ label }) => label)
  const usual = distils ? distillation(distils) : definition === crossEntropyDefinition && crossEntropy
  if (!usual)
    return reduce(
      samples.map((sample) => definition.value(sample)),
      labels,
    )
  const parts = { ...usual, ...changed }
  const softened = samples.map(({ v, u, label }) => {
    const temperatures = parts.temperatures(v, u, label)
    const divisors = parts.divisors(temperatures)
    return { temperatures, z: scaled(u, 1 / divisors.teacher), w: scaled(v, 1 / divisors.student) }
  })
  const { teachers = (rows) => rows.map(parts.teacher), students = (rows) => rows.map(parts.student) } = parts
  const logP = teachers(softened.map(({ z }) => z))
  const logQ = students(softened.map(({ w }) => w))
  const values = softened.map(
    ({ temperatures, z, w }, n) =>
      parts.factor(temperatures) * parts.compare(logP[n], logQ[n], labels[n], z, w),
  )
  return reduce(values, labels)
}

/** The parts that every term has of its own. */
type Usual = Omit<Parts, 'arrange' | 'teachers' | 'students' | 'reduce'> & Partial<Parts>

function distillation({ rule, measure }: NonNullable<Term['distils']>): Usual {
  return {
    temperatures: (v, u) => rule.temperatures(v, u),
    divisors: (same) => same,
    factor: ({ student, teacher }) => student * teacher,
    teacher: logSoftmax,
    student: logSoftmax,
    compare: (logP, logQ, label) =>
      measure === divergence ? divergenceOf(logP, logQ) : measure.value(logP, logQ, label),
  }
}

const crossEntropy: Usual = {
  temperatures: () => ({ student: 1, teacher: 1 }),
  divisors: (same) => same,
  factor: () => 1,
  teacher: logSoftmax,
  student: logSoftmax,
  compare: (_, logQ, label) => -logQ[label],
}

/** KL of the given logarithms, normalised or not. */
export function divergenceOf(logP: Row, logQ: Row): number {
  return klOf(logP.map(Math.exp), logP, logQ)
}

/** Σ p (ln p − ln q) in the naive form, in which 0 · ∞ is NaN. */
export function klOf(p: Row, logP: Row, logQ: Row): number {
  return total(p.map((value, i) => value * (logP[i] - logQ[i])))
}
