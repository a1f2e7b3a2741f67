import {
  centredRow,
  dot,
  logSoftmax,
  logSumExp,
  magnitude,
  mean,
  type Row,
  scaled,
  softmax,
  squaredNorm,
  total,
  without,
} from './rows.ts'
import type { SampleTemperatures, TemperatureRule } from './temperatureRules.ts'

/** Student logits v, teacher logits u and the label of one sample. */
export interface Sample {
  readonly v: Row
  readonly u: Row
  readonly label: number
}

/** A loss by its formula, in float64, with bounds of the rounding error of an implementation. */
export interface Definition {
  value(sample: Sample): number
  /** ∂ value / ∂v. */
  gradient(sample: Sample): number[]
  /** Bounds the error of a careful implementation with the given unit roundoff, 2⁻⁵³ or 2⁻²⁴. */
  rounding(sample: Sample, roundoff: number): number
  /** Bounds the error of each entry of its gradient. */
  gradientRounding(sample: Sample, roundoff: number): number[]
  /** lim value(εv, εu) / ε² for ε → 0, for losses that vanish there. */
  limit?(sample: Sample): number
}

/** A loss of a whole batch, which need not be a mean over its samples, as `Definition` is a loss of one. */
export interface JointDefinition {
  value(samples: readonly Sample[]): number
  /** ∂ value / ∂v of sample n. */
  gradient(samples: readonly Sample[], n: number): number[]
  rounding(samples: readonly Sample[], roundoff: number): number
  /** Bounds the error of each entry of the gradient of sample n. */
  gradientRounding(samples: readonly Sample[], n: number, roundoff: number): number[]
}

/** The mean over the batch of a loss of one sample. */
export function meanOf(definition: Definition): JointDefinition {
  return {
    value: (samples) => mean(samples.map((sample) => definition.value(sample))),
    gradient: (samples, n) => scaled(definition.gradient(samples[n]), 1 / samples.length),
    rounding(samples, roundoff) {
      const sizes = samples.map((sample) => Math.abs(definition.value(sample)))
      const ofMean = 2 * samples.length * roundoff * mean(sizes)
      return mean(samples.map((sample) => definition.rounding(sample, roundoff))) + ofMean
    },
    gradientRounding: (samples, n, roundoff) =>
      scaled(definition.gradientRounding(samples[n], roundoff), 1 / samples.length),
  }
}

/** A divergence of two rows of softened logits, with its derivatives. */
export interface Divergence {
  value(teacher: Row, student: Row, label: number): number
  /** The derivative with respect to the student's softened logits. */
  gradient(teacher: Row, student: Row, label: number): number[]
  /** For each entry of the gradient, the sum of the magnitudes of its terms, which bounds what rounding can change. */
  gradientSize(teacher: Row, student: Row, label: number): number[]
  /** The derivative with respect to a common factor s of the teacher's softened logits, at s = 1. */
  teacherScaleSlope(teacher: Row, student: Row, label: number): number
  /** The second-order term at the origin, as a function of d = teacher − student. */
  limit(difference: Row, label: number): number
  /** The weights of its parts. */
  weights: readonly number[]
}

/** KL(p ‖ q) = Σ p (ln p − ln q). */
export const divergence: Divergence = {
  value: (teacher, student) => klOf(logSoftmax(teacher), logSoftmax(student)),
  gradient(teacher, student) {
    const p = softmax(teacher)
    return softmax(student).map((q, j) => q - p[j])
  },
  gradientSize(teacher, student) {
    const p = softmax(teacher)
    return softmax(student).map((q, j) => q + p[j])
  },
  teacherScaleSlope(teacher, student) {
    const [p, logP, logQ] = [softmax(teacher), logSoftmax(teacher), logSoftmax(student)]
    const expected = dot(p, teacher)
    return total(
      p.map((weight, i) => (weight === 0 ? 0 : weight * (teacher[i] - expected) * (logP[i] - logQ[i]))),
    )
  },
  limit: (difference) => squaredNorm(centredRow(difference)) / (2 * difference.length),
  weights: [1],
}

/** α TCKD + β NCKD: the target against all others, and the others among themselves. */
export function decoupled(alpha: number, beta: number): Divergence {
  return {
    value(teacher, student, label) {
      return alpha * targetTerm(teacher, student, label) + beta * othersTerm(teacher, student, label)
    },
    gradient(teacher, student, label) {
      const surplus = softmax(student)[label] - softmax(teacher)[label]
      const p = softmax(without(teacher, label))
      const q = softmax(without(student, label))
      return q
        .map((value, j) => beta * (value - p[j]) - alpha * surplus * value)
        .toSpliced(label, 0, alpha * surplus)
    },
    gradientSize(teacher, student, label) {
      const ofTarget = alpha * (softmax(student)[label] + softmax(teacher)[label])
      const p = softmax(without(teacher, label))
      const q = softmax(without(student, label))
      return q.map((value, j) => beta * (value + p[j]) + ofTarget * value).toSpliced(label, 0, ofTarget)
    },
    teacherScaleSlope() {
      throw new Error('decoupled: at shared temperatures only')
    },
    limit(difference, label) {
      const others = without(difference, label)
      const classes = difference.length
      const target = difference[label] - mean(others)
      return (
        (alpha * target ** 2 * (classes - 1)) / (2 * classes ** 2) +
        (beta * squaredNorm(centredRow(others))) / (2 * (classes - 1))
      )
    },
    weights: [alpha, beta],
  }
}

/** TCKD of softened logits, without the temperature factor. */
export function targetTerm(teacher: Row, student: Row, label: number): number {
  return divergence.value(againstOthers(teacher, label), againstOthers(student, label), 0)
}

/** NCKD of softened logits, without the temperature factor. */
export function othersTerm(teacher: Row, student: Row, label: number): number {
  return divergence.value(without(teacher, label), without(student, label), 0)
}

function againstOthers(row: Row, label: number): number[] {
  return [row[label], logSumExp(without(row, label))]
}

function klOf(logP: Row, logQ: Row): number {
  return total(logP.map((value, i) => (Math.exp(value) === 0 ? 0 : Math.exp(value) * (value - logQ[i]))))
}

/** T_teacher T_student D(softmax(u / T_teacher) ‖ softmax(v / T_student)) at the temperatures of a rule. */
export function tempered(rule: TemperatureRule, measure: Divergence = divergence): Definition {
  const valueAt = ({ v, u, label }: Sample, { student, teacher }: SampleTemperatures) =>
    student * teacher * measure.value(scaled(u, 1 / teacher), scaled(v, 1 / student), label)
  const gradientAt = ({ v, u, label }: Sample, { student, teacher }: SampleTemperatures) => {
    const [z, w] = [scaled(u, 1 / teacher), scaled(v, 1 / student)]
    const direct = scaled(measure.gradient(z, w, label), teacher)
    const slope = rule.slope(v, u)
    if (slope.every((value) => value === 0)) return direct
    const kl = measure.value(z, w, label)
    const byStudent = teacher * kl - dot(direct, w)
    const byTeacher = student * kl - student * measure.teacherScaleSlope(z, w, label)
    return direct.map((value, j) => value + slope[j] * (byTeacher - byStudent))
  }
  /** Returns the change of a quantity over the allowed error of the temperatures. */
  const slackOf = (sample: Sample, roundoff: number, quantity: (temperatures: SampleTemperatures) => Row) => {
    const found = rule.temperatures(sample.v, sample.u)
    const wanted = rule.slack(sample.v, sample.u, Math.sqrt(roundoff))
    if (wanted === 0) return 0
    const by = Math.min(wanted, found.student / 2, found.teacher / 2)
    const [above, below] = [by, -by].map((d) =>
      quantity({ student: found.student - d, teacher: found.teacher + d }),
    )
    return magnitude(above.map((value, i) => value - below[i]))
  }
  const ofLogarithms = (z: Row, w: Row) =>
    8 * (magnitude(z) + magnitude(w)) + 2 * z.length + 6 + 2 * Math.log(z.length)
  /** Twice the first-order bounds of ln p and ln q, of their products with p, and of the sum. */
  const roundingOf = ({ v, u, label }: Sample, roundoff: number) => {
    const { student, teacher } = rule.temperatures(v, u)
    const [z, w] = [scaled(u, 1 / teacher), scaled(v, 1 / student)]
    const logQ = logSoftmax(w)
    // Implementations multiply p either with ln p − ln q or with the softened logits' difference.
    const distance = total(
      logSoftmax(z).map(
        (logP, i) => Math.exp(logP) * Math.max(Math.abs(logP - logQ[i]), Math.abs(z[i] - w[i])),
      ),
    )
    return (
      2 *
      roundoff *
      total(measure.weights) *
      student *
      teacher *
      ofLogarithms(z, w) *
      (1 + distance) *
      cancellation(z, w, label)
    )
  }
  /** A decoupled loss may compute ln(1 − q) from q, which loses digits if q is near 1. */
  const cancellation = (z: Row, w: Row, label: number) => {
    if (measure === divergence) return 1
    const rest = (row: Row) => total(without(softmax(row), label))
    const ratio = rest(z) / rest(w)
    return 1 + (ratio < 1e6 ? ratio : 0)
  }
  return {
    value: (sample) => valueAt(sample, rule.temperatures(sample.v, sample.u)),
    gradient: (sample) => gradientAt(sample, rule.temperatures(sample.v, sample.u)),
    rounding: (sample, roundoff) =>
      roundingOf(sample, roundoff) +
      slackOf(sample, roundoff, (temperatures) => [valueAt(sample, temperatures)]),
    gradientRounding(sample, roundoff) {
      const { v, u, label } = sample
      const { student, teacher } = rule.temperatures(v, u)
      const [z, w] = [scaled(u, 1 / teacher), scaled(v, 1 / student)]
      const relative = 2 * roundoff * teacher * ofLogarithms(z, w) * cancellation(z, w, label)
      const slope = rule.slope(v, u)
      const throughTemperatures =
        magnitude(slope) *
        (1 + magnitude(z) + magnitude(w)) ** 2 *
        roundingOf(sample, roundoff) *
        (1 / student + 1 / teacher)
      const ofSolver = slackOf(sample, roundoff, (temperatures) => gradientAt(sample, temperatures))
      return measure
        .gradientSize(z, w, label)
        .map((size, j) => relative * size + (slope[j] === 0 ? 0 : throughTemperatures) + ofSolver)
    },
    limit({ v, u, label }) {
      const { student, teacher } = rule.temperatures(v, u)
      return (
        student *
        teacher *
        measure.limit(
          u.map((value, i) => value / teacher - v[i] / student),
          label,
        )
      )
    },
  }
}

/** −ln softmax(v)_label. */
export const crossEntropyDefinition: Definition = {
  value: ({ v, label }) => -logSoftmax(v)[label],
  gradient: ({ v, label }) => softmax(v).map((value, j) => value - (j === label ? 1 : 0)),
  rounding: ({ v }, roundoff) => 2 * roundoff * (4 * magnitude(v) + 2 * v.length + 6),
  gradientRounding: ({ v, label }, roundoff) =>
    softmax(v).map(
      (q, j) => 2 * roundoff * (4 * magnitude(v) + 2 * v.length + 6) * (q + (j === label ? 1 : 0)),
    ),
}

/** A weighted sum of losses, without a limit. */
export function weighted(terms: readonly (readonly [weight: number, term: Definition])[]): Definition {
  const sum = (of: (term: Definition) => number) => total(terms.map(([weight, term]) => weight * of(term)))
  const sumOfRows = (of: (term: Definition) => Row) => {
    const parts = terms.map(([weight, term]) => scaled(of(term), weight))
    return parts[0].map((_, j) => total(parts.map((part) => part[j])))
  }
  return {
    value: (sample) => sum((term) => term.value(sample)),
    gradient: (sample) => sumOfRows((term) => term.gradient(sample)),
    rounding: (sample, roundoff) => sum((term) => term.rounding(sample, roundoff)),
    gradientRounding: (sample, roundoff) => sumOfRows((term) => term.gradientRounding(sample, roundoff)),
  }
}
