import type { LogitBatch } from '../arbitraries.ts'
import { divergence } from '../formulas/definition.ts'
import { logSoftmax, mean, type Row, scaled, total } from '../formulas/rows.ts'
import type { SampleTemperatures } from '../formulas/temperatureRules.ts'
import type { Term } from '../profile.ts'
import { samplesOf } from '../subject.ts'

/** A distillation term as parts, each of which a mistake can replace. */
export interface Parts {
  readonly arrange: (batch: LogitBatch) => LogitBatch
  readonly temperatures: (v: Row, u: Row, label: number) => SampleTemperatures
  /** The divisors of the logits. */
  readonly divisors: (temperatures: SampleTemperatures) => SampleTemperatures
  readonly factor: (temperatures: SampleTemperatures) => number
  /** ln p and ln q from softened logits. */
  readonly teacher: (softened: Row) => Row
  readonly student: (softened: Row) => Row
  /** The divergence; z and w are the softened logits of teacher and student. */
  readonly compare: (logP: Row, logQ: Row, label: number, z: Row, w: Row) => number
  /** Reduces the values of the samples to that of the batch. */
  readonly reduce: (values: Row) => number
}

/** Mistakes by description, with the parts that each replaces. */
export type Mistakes = Readonly<Record<string, Partial<Parts>>>

/** Returns the value of a term with some of its parts replaced. */
export function valueOf({ definition, distils }: Term, changed: Partial<Parts>, batch: LogitBatch): number {
  if (!distils) {
    const arranged = changed.arrange?.(batch) ?? batch
    return mean(samplesOf(arranged).map((sample) => definition.value(sample)))
  }
  const parts: Parts = {
    arrange: (same) => same,
    temperatures: (v, u) => distils.rule.temperatures(v, u),
    divisors: (same) => same,
    factor: ({ student, teacher }) => student * teacher,
    teacher: logSoftmax,
    student: logSoftmax,
    compare: (logP, logQ, label) =>
      distils.measure === divergence ? divergenceOf(logP, logQ) : distils.measure.value(logP, logQ, label),
    reduce: mean,
    ...changed,
  }
  const values = samplesOf(parts.arrange(batch)).map(({ v, u, label }) => {
    const temperatures = parts.temperatures(v, u, label)
    const divisors = parts.divisors(temperatures)
    const [z, w] = [scaled(u, 1 / divisors.teacher), scaled(v, 1 / divisors.student)]
    return parts.factor(temperatures) * parts.compare(parts.teacher(z), parts.student(w), label, z, w)
  })
  return parts.reduce(values)
}

/** KL of the given logarithms, normalised or not. */
export function divergenceOf(logP: Row, logQ: Row): number {
  return klOf(logP.map(Math.exp), logP, logQ)
}

/** Σ p (ln p − ln q) in the naive form, in which 0 · ∞ is NaN. */
export function klOf(p: Row, logP: Row, logQ: Row): number {
  return total(p.map((value, i) => value * (logP[i] - logQ[i])))
}
