import {
  add,
  arange,
  clamp,
  type DType,
  divide,
  equal,
  greater,
  less,
  log,
  logicalOr,
  multiply,
  negate,
  sigmoid,
  softmax,
  subtract,
  sum,
  type Tensor,
  where,
} from '../engine/index.ts'
import { resolveOptions } from './options.ts'
import { centred, largest, sharpness } from './sharpness.ts'
import { checkLogits, type Temperatures } from './temperatures.ts'

export interface ExactTemperatureOptions {
  /** τ, the mean of a sample's two temperatures. Default 4. */
  referenceTemperature?: number
}

/** Centred logits [N, K] of both sides. */
interface Pair {
  readonly student: Tensor
  readonly teacher: Tensor
}

/**
 * The temperatures τ + δ of the teacher and τ − δ of the student that really make the two equally sharp: δ solves
 *
 *     f(δ) = S(u / (τ + δ)) − S(v / (τ − δ)) = 0        S(z) = ln Σᵢ exp(zᵢ),  u and v less their row means
 *
 * This is what equation 3 of DTKD (arXiv 2404.12711) asks for; the paper and the authors' code answer it with a
 * formula that does not solve it (see `dynamicTemperatures`). What is true: on centred rows f falls strictly from +∞
 * to −∞ on (−τ, τ), so that there is exactly one root. Raw logits can have three, and the root depends on the
 * constant that was added to them; so rows are centred first, which changes no softmax. A constant row has sharpness
 * ln K at every temperature, hence no root: its sample gets (τ, τ) and is marked as guarded. So is a sample of which
 * both rows are so flat that their sharpness is ln K to the last digit.
 *
 * Solved to the precision of the logits' type. Differentiable as the implicit function δ(u, v), to the third order.
 * Expects logits [N, K] with K ≥ 2.
 */
export function exactTemperatures(
  studentLogits: Tensor,
  teacherLogits: Tensor,
  options: ExactTemperatureOptions = {},
): Temperatures {
  const { referenceTemperature } = resolveOptions('exactTemperatures', { referenceTemperature: 4 }, options)
  checkLogits('exactTemperatures', studentLogits, teacherLogits)
  const student = centred(studentLogits)
  const teacher = centred(teacherLogits)
  const rootless = logicalOr(
    logicalOr(equal(largest(student), 0), equal(largest(teacher), 0)),
    less(add(largest(student), largest(teacher)), flatness(student.dtype) * 2 * referenceTemperature),
  )
  // Any row that is not constant, the same on both sides, keeps the solver's numbers finite.
  const ramp = arange(student.shape[1]).subtract((student.shape[1] - 1) / 2)
  const pair = { student: where(rootless, ramp, student), teacher: where(rootless, ramp, teacher) }
  const root = solve(pair, referenceTemperature)
  return { ...temperaturesAt(where(rootless, 0, root), referenceTemperature), guarded: rootless }
}

/** S(z) − ln K is at most about z² / 2: for scaled logits below this it is lost in rounding. */
function flatness(dtype: DType): number {
  return Math.sqrt(dtype === 'float64' ? Number.EPSILON : 2 ** -23)
}

/** After these the root is known to ln K / 2⁸ … */
const bisections = 8

/** … and every one of these squares the error. */
const newtonSteps = 3

/** Each step that the gradient sees doubles the order to which derivatives are right: 1, then 3. */
const attachedNewtonSteps = 2

/**
 * The unknown is r = ln(T_teacher / T_student), in which both temperatures keep their relative precision however
 * unequal they are. With x and y the largest centred logits, the root lies within ln(K − 1) of ln(x / y): for centred
 * z of largest entry m, g(m) ≤ S(z) − ln K ≤ G(m), where g belongs to a row of one m and K − 1 entries −m/(K − 1) and
 * G to its opposite, and g((K − 1) m) ≥ G(m) because sinh((K − 1) m) ≥ (K − 1) sinh(m).
 */
function solve(pair: Pair, referenceTemperature: number): Tensor {
  const fixed = { student: pair.student.detach(), teacher: pair.teacher.detach() }
  let root = log(divide(largest(fixed.teacher), largest(fixed.student)))
  let radius = Math.log(pair.student.shape[1])
  for (let i = 0; i < bisections; i++) {
    radius /= 2
    const { gap } = gapAt(fixed, root, referenceTemperature)
    root = add(root, where(greater(gap, 0), radius, -radius))
  }
  const middle = root
  const newton = (on: Pair, from: Tensor) => {
    const { gap, slope } = gapAt(on, from, referenceTemperature)
    // Rows so flat that the gap is all rounding stay near the bracket.
    return add(middle, clamp(subtract(subtract(from, divide(gap, slope)), middle), -2 * radius, 2 * radius))
  }
  for (let i = 0; i < newtonSteps; i++) root = newton(fixed, root)
  for (let i = 0; i < attachedNewtonSteps; i++) root = newton(pair, root)
  return root
}

/** T_teacher = 2 τ σ(r) and T_student = 2 τ σ(−r): their sum is 2 τ and their ratio eʳ. */
function temperaturesAt(r: Tensor, referenceTemperature: number): Pair {
  return {
    teacher: multiply(sigmoid(r), 2 * referenceTemperature),
    student: multiply(sigmoid(negate(r)), 2 * referenceTemperature),
  }
}

/** f and df/dr = −σ(−r) E[u / T_teacher] − σ(r) E[v / T_student], each mean under its own tempered softmax. */
function gapAt(pair: Pair, r: Tensor, referenceTemperature: number): { gap: Tensor; slope: Tensor } {
  const temperatures = temperaturesAt(r, referenceTemperature)
  const teacher = divide(pair.teacher, temperatures.teacher)
  const student = divide(pair.student, temperatures.student)
  return {
    gap: subtract(sharpness(teacher), sharpness(student)),
    slope: negate(
      add(multiply(sigmoid(negate(r)), softmaxMean(teacher)), multiply(sigmoid(r), softmaxMean(student))),
    ),
  }
}

/** Σᵢ softmax(z)ᵢ zᵢ. */
function softmaxMean(z: Tensor): Tensor {
  return sum(multiply(softmax(z), z), -1, { keepDimensions: true })
}
