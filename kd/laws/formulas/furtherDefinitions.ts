import type { Formula, JointFormula } from './formula.ts'
import {
  centredRow,
  dot,
  logSoftmax,
  magnitude,
  mean,
  type Row,
  scaled,
  softmax,
  squaredNorm,
  total,
  without,
} from './rows.ts'

/** −(1 − ε) ln q_t − ε/K Σ ln q_j. PyTorch's `cross_entropy` with `label_smoothing`; Szegedy et al., 2016. */
export function smoothedCrossEntropy(smoothing: number): Formula {
  return {
    value({ v, label }) {
      const logQ = logSoftmax(v)
      return -(1 - smoothing) * logQ[label] - smoothing * mean(logQ)
    },
    gradient: ({ v, label }) =>
      softmax(v).map((q, j) => q - smoothing / v.length - (j === label ? 1 - smoothing : 0)),
  }
}

/** −Σ y ln q with y = softmax(u). PyTorch's `cross_entropy` with probabilities as targets. */
export const softCrossEntropy: Formula = {
  value: ({ v, u }) => -dot(softmax(u), logSoftmax(v)),
  gradient({ v, u }) {
    const y = softmax(u)
    return softmax(v).map((q, j) => q - y[j])
  },
}

/** −(1 − q_t)^γ ln q_t. Lin et al., 2017, equation 4, over a softmax. */
export function focal(gamma: number): Formula {
  return {
    value({ v, label }) {
      const rest = total(without(softmax(v), label))
      return -(rest ** gamma) * logSoftmax(v)[label]
    },
    gradient({ v, label }) {
      const q = softmax(v)
      const rest = total(without(q, label))
      const slope = gamma * rest ** (gamma - 1) * q[label] * logSoftmax(v)[label] - rest ** gamma
      return q.map((value, j) => slope * ((j === label ? 1 : 0) - value))
    },
  }
}

/** −ln softmax(v / τ)_t: Guo et al., 2017, whose temperature minimises it on a validation set. */
export function temperedCrossEntropy(tau: number): Formula {
  const tempered = (v: Row) => scaled(v, 1 / tau)
  return {
    value: ({ v, label }) => -logSoftmax(tempered(v))[label],
    gradient: ({ v, label }) => softmax(tempered(v)).map((q, j) => (q - (j === label ? 1 : 0)) / tau),
  }
}

/** 1/K Σ −ln σ(±v_j), + for the label. PyTorch's `binary_cross_entropy_with_logits` with one-hot targets. */
export const binaryCrossEntropy: Formula = {
  value: ({ v, label }) =>
    mean(
      v.map((logit, j) => Math.max(j === label ? -logit : logit, 0) + Math.log1p(Math.exp(-Math.abs(logit)))),
    ),
  gradient: ({ v, label }) =>
    v.map((logit, j) => (1 / (1 + Math.exp(-logit)) - (j === label ? 1 : 0)) / v.length),
}

/** τ² Σ q (ln q − ln p). */
export function reverseDivergence(tau: number): Formula {
  const surprises = (v: Row, u: Row) => {
    const logP = logSoftmax(scaled(u, 1 / tau))
    return logSoftmax(scaled(v, 1 / tau)).map((logQ, i) => logQ - logP[i])
  }
  return {
    scale: () => tau ** 2,
    value: ({ v, u }) => tau ** 2 * dot(softmax(scaled(v, 1 / tau)), surprises(v, u)),
    gradient({ v, u }) {
      const q = softmax(scaled(v, 1 / tau))
      const surprise = surprises(v, u)
      const expected = dot(q, surprise)
      return q.map((value, j) => tau * value * (surprise[j] - expected))
    },
    limit: ({ v, u }) => halfVariance(v, u),
  }
}

/** τ² (KL(p ‖ m) + KL(q ‖ m)) / 2 with m = (p + q) / 2. */
export function jensenShannon(tau: number): Formula {
  const logarithms = (v: Row, u: Row) => {
    const [logQ, logP] = [logSoftmax(scaled(v, 1 / tau)), logSoftmax(scaled(u, 1 / tau))]
    const logM = logQ.map((q, i) => {
      const most = Math.max(q, logP[i])
      return most + Math.log1p(Math.exp(Math.min(q, logP[i]) - most)) - Math.LN2
    })
    return { logQ, logP, logM }
  }
  const halfOf = (log: Row, logM: Row) =>
    total(log.map((value, i) => (Math.exp(value) * (value - logM[i])) / 2))
  return {
    scale: () => tau ** 2,
    value({ v, u }) {
      const { logQ, logP, logM } = logarithms(v, u)
      return tau ** 2 * (halfOf(logP, logM) + halfOf(logQ, logM))
    },
    gradient({ v, u }) {
      const { logQ, logM } = logarithms(v, u)
      const q = logQ.map(Math.exp)
      const surprise = logQ.map((value, i) => value - logM[i])
      const expected = dot(q, surprise)
      return q.map((value, j) => (tau / 2) * value * (surprise[j] - expected))
    },
    limit: ({ v, u }) => halfVariance(v, u) / 4,
  }
}

/** ‖centred(u − v)‖² / 2K: the second-order term of KL, times τ². */
function halfVariance(v: Row, u: Row): number {
  return squaredNorm(centredRow(u.map((value, i) => value - v[i]))) / (2 * v.length)
}

/** ‖v − u‖² / K. PyTorch's `mse_loss` over logits. */
export const logitDistance: Formula = {
  value: ({ v, u }) => squaredNorm(apart(v, u)) / v.length,
  gradient: ({ v, u }) => scaled(apart(v, u), 2 / v.length),
  rounding({ v, u }, roundoff) {
    const value = squaredNorm(apart(v, u)) / v.length
    return 2 * roundoff * ((v.length + 6) * value + 4 * (magnitude(v) + magnitude(u)) * Math.sqrt(value))
  },
  gradientRounding: ({ v, u }, roundoff) =>
    v.map((value, j) => (16 * roundoff * (Math.abs(value) + Math.abs(u[j]))) / v.length),
}

function apart(v: Row, u: Row): number[] {
  return v.map((value, i) => value - u[i])
}

/** 1 − cos(v, u). */
export const cosineDistance: Formula = {
  value: ({ v, u }) => 1 - cosine(v, u),
  gradient({ v, u }) {
    const [length, direction, other] = [norm(v), unit(v), unit(u)]
    const similarity = dot(direction, other)
    return v.map((_, j) => (similarity * direction[j] - other[j]) / length)
  },
}

/** Divides by the largest entry first, so that no square overflows or underflows. */
function norm(row: Row): number {
  const most = magnitude(row)
  return most * Math.sqrt(squaredNorm(scaled(row, 1 / most)))
}

function unit(row: Row): number[] {
  return scaled(row, 1 / norm(row))
}

function cosine(v: Row, u: Row): number {
  return dot(unit(v), unit(u))
}

/** Keeps the correlation of constant rows finite: the constant of the authors' code. */
const correlationEpsilon = 1e-8

/** ρ(a, b) = a·b / (|a| |b| + 10⁻⁸) of centred rows. */
function correlation(a: Row, b: Row): number {
  const [x, y] = [centredRow(a), centredRow(b)]
  return dot(x, y) / (Math.sqrt(squaredNorm(x)) * Math.sqrt(squaredNorm(y)) + correlationEpsilon)
}

/**
 * DIST: τ² (1/N Σₙ 1 − ρ(pₙ, qₙ)) + τ² (1/K Σⱼ 1 − ρ(p_·j, q_·j)), the correlation of the classes of each sample and of
 * the samples of each class. Huang et al., 2022, equations 9 and 10, with both weights 1.
 */
export function dist(tau: number): JointFormula {
  return {
    scale: () => 2 * tau ** 2,
    value(samples) {
      const q = samples.map(({ v }) => softmax(scaled(v, 1 / tau)))
      const p = samples.map(({ u }) => softmax(scaled(u, 1 / tau)))
      const byClass = (rows: readonly Row[]) => rows[0].map((_, j) => rows.map((row) => row[j]))
      const distance = (a: readonly Row[], b: readonly Row[]) =>
        mean(a.map((row, i) => 1 - correlation(row, b[i])))
      return tau ** 2 * (distance(q, p) + distance(byClass(q), byClass(p)))
    },
  }
}

/**
 * InfoNCE over embeddings: 1/N Σₙ −ln softmaxₘ(cos(vₙ, uₘ) / τ)ₙ. The teacher's embedding of the same sample is the
 * positive, those of the others are the negatives. Van den Oord et al., 2018.
 */
export function infoNce(tau: number): JointFormula {
  return {
    scale: () => 1 + 1 / tau,
    value(samples) {
      const teacher = samples.map(({ u }) => unit(u))
      return mean(
        samples.map(({ v }, n) => {
          const direction = unit(v)
          return -logSoftmax(teacher.map((other) => dot(direction, other) / tau))[n]
        }),
      )
    },
  }
}
