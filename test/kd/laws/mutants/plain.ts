/**
 * Distillation losses as their formulas say, in plain numbers, made of parts so that a mistake can take the place of
 * one of them. Written from the papers alone: nothing of thermograd is used.
 */

export type Row = readonly number[]

export interface Temperatures {
  readonly student: number
  readonly teacher: number
}

export interface LogitBatch {
  readonly student: readonly Row[]
  readonly teacher: readonly Row[]
  readonly labels: readonly number[]
}

export interface Parts {
  /** What happens to the batch before anything else; of a right loss, nothing. */
  readonly arrange: (batch: LogitBatch) => LogitBatch
  /** The temperatures of a sample with student logits v and teacher logits u. */
  readonly temperatures: (v: Row, u: Row) => Temperatures
  /** ln p, from the teacher's logits divided by its temperature. */
  readonly teacher: (z: Row) => Row
  /** ln q, from the student's logits divided by its temperature. */
  readonly student: (z: Row) => Row
  /** D(p, q) of a sample, from ln p and ln q. */
  readonly divergence: (logP: Row, logQ: Row, label: number) => number
  /** What D is multiplied by. */
  readonly factor: (temperatures: Temperatures) => number
  /** From the values of the samples to the loss. */
  readonly reduce: (values: Row, batch: LogitBatch) => number
}

/** The loss that is made of these parts. */
export function lossOf(parts: Parts) {
  return (student: readonly Row[], teacher: readonly Row[], labels: readonly number[]): number => {
    const batch = parts.arrange({ student, teacher, labels })
    const values = batch.student.map((v, n) => {
      const temperatures = parts.temperatures(v, batch.teacher[n])
      const logP = parts.teacher(scaled(batch.teacher[n], 1 / temperatures.teacher))
      const logQ = parts.student(scaled(v, 1 / temperatures.student))
      return parts.factor(temperatures) * parts.divergence(logP, logQ, batch.labels[n])
    })
    return parts.reduce(values, batch)
  }
}

/** The value of each sample. */
export function perSampleOf(parts: Parts) {
  return (student: readonly Row[], teacher: readonly Row[], labels: readonly number[]) =>
    student.map((v, n) => lossOf(parts)([v], [teacher[n]], [labels[n]]))
}

/** The temperatures of each sample. */
export function temperaturesOf(parts: Parts) {
  return (student: readonly Row[], teacher: readonly Row[]) => {
    const all = student.map((v, n) => parts.temperatures(v, teacher[n]))
    return { student: all.map((each) => each.student), teacher: all.map((each) => each.teacher) }
  }
}

/** The loss that is made of these parts, with its temperatures shown. */
export function withTemperatures(parts: Parts) {
  return { loss: lossOf(parts), temperatures: temperaturesOf(parts) }
}

export const referenceTemperature = 4

/** τ² KL(p ‖ q) at τ on both sides, the mean over the batch. */
export const kd: Parts = {
  arrange: (batch) => batch,
  temperatures: () => ({ student: referenceTemperature, teacher: referenceTemperature }),
  teacher: logSoftmax,
  student: logSoftmax,
  divergence,
  factor: ({ student, teacher }) => student * teacher,
  reduce: (values) => total(values) / values.length,
}

/** The same at DTKD's published temperatures. */
export const dtkd: Parts = { ...kd, temperatures: (v, u) => published(Math.max(...v), Math.max(...u)) }

/** DTKD with τ on both sides of samples for which the formula has no two positive temperatures. */
export const dtkdGuarded: Parts = {
  ...kd,
  temperatures: (v, u) => {
    const formula = dtkd.temperatures(v, u)
    const smallest = 2e-6 * referenceTemperature
    const sound = formula.student > smallest && formula.teacher > smallest
    return sound ? formula : kd.temperatures(v, u)
  },
}

/** DTKD at temperatures τ − δ and τ + δ of equal sharpness, on centred rows, found by halving. */
export const dtkdExact: Parts = { ...kd, temperatures: (v, u) => equallySharp(centred(v), centred(u), 52) }

/** TCKD + 8 NCKD instead of the divergence. */
export const dkd: Parts = {
  ...kd,
  divergence: (logP, logQ, label) => targetClass(logP, logQ, label) + 8 * otherClasses(logP, logQ, label),
}

/** Cross entropy with the labels, at temperature 1. */
export const crossEntropyParts: Parts = {
  ...kd,
  temperatures: () => ({ student: 1, teacher: 1 }),
  divergence: (_, logQ, label) => -logQ[label],
}

/** With x and y the largest logits of teacher and student: 2xτ / (x + y) and 2yτ / (x + y). */
export function published(y: number, x: number): Temperatures {
  const unit = (2 * referenceTemperature) / (x + y)
  return { student: y * unit, teacher: x * unit }
}

/**
 * The root of the gap in sharpness, which falls in r = ln(T_teacher / T_student) on centred rows: within ln K of
 * ln(x / y) for largest entries x and y, and halved so often; τ where a constant row has no root.
 */
export function equallySharp(v: Row, u: Row, halvings: number): Temperatures {
  const at = (ratio: number) => ({
    teacher: (2 * referenceTemperature) / (1 + Math.exp(-ratio)),
    student: (2 * referenceTemperature) / (1 + Math.exp(ratio)),
  })
  const [x, y] = [Math.max(...u), Math.max(...v)]
  if (x === 0 || y === 0) return at(0)
  let [middle, reach] = [Math.log(x) - Math.log(y), Math.log(v.length)]
  for (let halving = 0; halving < halvings; halving++) {
    const { teacher, student } = at(middle)
    const gap = logSumExp(scaled(u, 1 / teacher)) - logSumExp(scaled(v, 1 / student))
    reach /= 2
    middle += gap > 0 ? reach : -reach
  }
  return at(middle)
}

/** KL(p ‖ q) = Σ p (ln p − ln q). */
export function divergence(logP: Row, logQ: Row): number {
  return total(logP.map((value, i) => Math.exp(value) * (value - logQ[i])))
}

/** −ln q of the label at temperature 1, the mean over the batch. */
export function crossEntropy(student: readonly Row[], labels: readonly number[]): number {
  return total(student.map((v, n) => -logSoftmax(v)[labels[n]])) / labels.length
}

/** TCKD: the divergence between the target and all others together. */
export function targetClass(logP: Row, logQ: Row, label: number): number {
  const binary = (row: Row) => [row[label], logSumExp(without(row, label))]
  return divergence(binary(logP), binary(logQ))
}

/** NCKD: the divergence among the others. */
export function otherClasses(logP: Row, logQ: Row, label: number): number {
  return divergence(logSoftmax(without(logP, label)), logSoftmax(without(logQ, label)))
}

export function logSoftmax(z: Row): number[] {
  const sharpness = logSumExp(z)
  return z.map((value) => value - sharpness)
}

export function logSumExp(z: Row): number {
  const largest = Math.max(...z)
  return largest + Math.log(total(z.map((value) => Math.exp(value - largest))))
}

export function without(row: Row, label: number): number[] {
  return row.filter((_, i) => i !== label)
}

export function centred(row: Row): number[] {
  const largest = Math.max(...row)
  const mean = total(row.map((value) => value - largest)) / row.length
  return row.map((value) => value - largest - mean)
}

export function scaled(row: Row, factor: number): number[] {
  return row.map((value) => value * factor)
}

export function total(values: Row): number {
  return values.reduce((sum, value) => sum + value, 0)
}
