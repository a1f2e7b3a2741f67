import {
  add,
  concatenate,
  type DType,
  divide,
  exp,
  expm1,
  greater,
  lessEqual,
  log,
  log1p,
  maximum,
  mean,
  multiply,
  slice,
  softmax,
  subtract,
  sum,
  type Tensor,
  where,
  zeros,
} from '../../engine/index.ts'
import { exponentialRemainder } from './exponentialRemainder.ts'
import { sharpness } from './sharpness.ts'

/** A tensor for each side. */
interface Pair {
  readonly student: Tensor
  readonly teacher: Tensor
}

/** Centred logits of both sides, factored into a shape times a size. */
export interface SizedRows {
  /** [N, K], the largest entry of each row being 1. */
  readonly shapes: Pair
  /** [N, 1], without gradient. */
  readonly sizes: Pair
}

/** These locate the root to within ln K / 2⁴. */
const bisections = 4

/** Each of these roughly squares the error. */
const newtonSteps = 4

/** Steps through which gradients flow; each raises the order to which derivatives are exact: 1, then 3. */
const attachedNewtonSteps = 2

/**
 * Returns the temperatures T_teacher + T_student = 2 τ at which both sides are equally sharp, as shares of that sum:
 * columns [N, 1].
 *
 * The unknown is d, with T_teacher / T_student = x / y eᵈ for the sizes x and y, and the equation is
 * ln L(u / T_teacher) = ln L(v / T_student) with L(z) = S(z) − ln K. It does not depend on the magnitude of logits or
 * temperatures, so neither does the precision of the root. The root lies within ln(K − 1) of 0: for centred z of
 * largest entry m, g(m) ≤ L(z) ≤ G(m), where g is L of a row of one m and K − 1 entries −m/(K − 1) and G is L of its
 * negative, and g((K − 1) m) ≥ G(m) because sinh((K − 1) m) ≥ (K − 1) sinh(m).
 */
export function equallySharpShares({ shapes, sizes }: SizedRows, tau: number): Pair {
  const attached = stacked(shapes)
  const fixed = attached.detach()
  let root = zeros(sizes.student.shape, fixed.dtype)
  let radius = Math.log(fixed.shape[1])
  for (let i = 0; i < bisections; i++) {
    radius /= 2
    const { teacher, student } = unstacked(excessSharpness(softened(fixed, sizes, root, tau)))
    root = add(root, where(greater(teacher, student), radius, -radius))
  }
  for (let i = 0; i < newtonSteps; i++) root = newton(fixed, sizes, root, tau)
  for (let i = 0; i < attachedNewtonSteps; i++) root = newton(attached, sizes, root, tau)
  return sharesAt(sizes, root).shares
}

/** Concatenates both sides: each operation is then recorded once. */
function stacked({ teacher, student }: Pair): Tensor {
  return concatenate([teacher, student], 0)
}

function unstacked(rows: Tensor): Pair {
  const count = rows.shape[0] / 2
  return { teacher: slice(rows, [0, count]), student: slice(rows, [count, null]) }
}

/** Returns the temperatures as shares of their sum: those of x e^(d/2) and y e^(−d/2) in `total`. */
function sharesAt(sizes: Pair, d: Tensor): { shares: Pair; total: Tensor } {
  const half = divide(d, 2)
  const [x, y] = [multiply(sizes.teacher, exp(half)), divide(sizes.student, exp(half))]
  const total = add(x, y)
  return { shares: { teacher: divide(x, total), student: divide(y, total) }, total }
}

/** Softened rows [2N, K], as two tensors: one valid where rows are mild, the other where they are not. */
interface Softened {
  readonly isMild: Tensor
  /** Zeros in rows that are not mild. */
  readonly mild: Tensor
  /** Unscaled shapes in rows that are mild. */
  readonly strong: Tensor
  /** mean φ(z) of the mild rows, φ(z) = eᶻ − 1 − z. */
  readonly remainder: Tensor
}

/** `mean(exp(z))` does not overflow if the largest entry is at most this; above it, ln K is small compared with S. */
const mildest = 60

/**
 * Returns u / T_teacher and v / T_student. If both are so small that L is a sum of squares, a common factor keeps the
 * squares from underflowing; it leaves the ratio of L on both sides, and with it the root, unchanged.
 */
function softened(shapes: Tensor, sizes: Pair, d: Tensor, tau: number): Softened {
  const half = divide(d, 2)
  const size = maximum(divide(sharesAt(sizes, d).total, 2 * tau), smallestSize(shapes.dtype))
  const scale = stacked({ teacher: divide(size, exp(half)), student: multiply(size, exp(half)) })
  const isMild = lessEqual(scale, mildest)
  const mild = multiply(shapes, where(isMild, scale, 0))
  const strong = multiply(shapes, where(isMild, 1, scale))
  return { isMild, mild, strong, remainder: rowMean(exponentialRemainder(mild)) }
}

/** Small enough that L is a sum of squares to the last digit, large enough that the squares are far from underflow. */
function smallestSize(dtype: DType): number {
  return dtype === 'float64' ? 2 ** -80 : 2 ** -40
}

/** Takes a Newton step, with d ln L(u / T_teacher) / dd = −E[u / T_teacher] / L(u / T_teacher) · T_student / 2 τ. */
function newton(shapes: Tensor, sizes: Pair, d: Tensor, tau: number): Tensor {
  const { shares } = sharesAt(sizes, d)
  const rows = softened(shapes, sizes, d, tau)
  const excess = excessSharpness(rows)
  const { teacher, student } = unstacked(excess)
  const falls = unstacked(divide(softmaxMean(rows), excess))
  const fall = add(multiply(falls.teacher, shares.student), multiply(falls.student, shares.teacher))
  return add(d, divide(log(divide(teacher, student)), fall))
}

/** L(z) = S(z) − ln K > 0 of centred rows, as ln(1 + mean φ(z)), in which nothing cancels, however flat a row is. */
function excessSharpness(rows: Softened): Tensor {
  return where(
    rows.isMild,
    log1p(rows.remainder),
    subtract(sharpness(rows.strong), Math.log(rows.strong.shape[1])),
  )
}

/** E[z] = Σᵢ softmax(z)ᵢ zᵢ of centred rows; for mild ones as mean z (eᶻ − 1) / mean eᶻ, a sum of positive terms. */
function softmaxMean(rows: Softened): Tensor {
  const { isMild, mild, strong, remainder } = rows
  const ofMild = divide(rowMean(multiply(mild, expm1(mild))), add(remainder, 1))
  return where(isMild, ofMild, sum(multiply(softmax(strong), strong), -1, { keepDimensions: true }))
}

function rowMean(z: Tensor): Tensor {
  return mean(z, -1, { keepDimensions: true })
}
