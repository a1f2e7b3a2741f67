import { aNumber, anyNumber, check, checkOptions, finite } from '../../base/arguments.ts'
import { demand } from '../../base/errors.ts'
import { type DType, dtypeRule, isInt32, promote } from '../dtype.ts'
import type { Shape } from '../shape.ts'
import type { Tensor, TensorLike } from '../tensor.ts'
import { add, divide, maximum, minimum, multiply, negate, subtract } from './arithmetic.ts'
import { asFloat, cast } from './casts.ts'
import { equal, less, lessEqual, logicalAnd, logicalNot } from './comparisons.ts'
import { asTensor, checkOperands, checkShape, detach, literal } from './constants.ts'
import { type GeluOptions, geluOptions } from './geluOptions.ts'
import { erf, exp, expm1, log, log1p, sqrt } from './powers.ts'
import { broadcastTo } from './reshaping.ts'
import { abs, ceil, floor } from './rounding.ts'
import { cos, sin, tanh } from './trigonometry.ts'
import { where } from './where.ts'

/** Returns a tensor filled with one number. PyTorch: `torch.full`. */
export function full(shape: Shape, value: number, dtype: DType = 'float32'): Tensor {
  checkShape('full', shape)
  check('full', 'value', value, anyNumber)
  check('full', 'dtype', dtype, dtypeRule)
  demand(dtype !== 'int32' || isInt32(value), () => `full: expected an int32 value, got ${value}`)
  return broadcastTo(literal(value, dtype), shape)
}

/** Returns a tensor of zeros. */
export function zeros(shape: Shape, dtype?: DType): Tensor {
  return full(shape, 0, dtype)
}

/** Returns a tensor of ones. */
export function ones(shape: Shape, dtype?: DType): Tensor {
  return full(shape, 1, dtype)
}

/** x². */
export function square(x: TensorLike): Tensor {
  checkOperands('square', x)
  return multiply(x, x)
}

/** 1 / x. */
export function reciprocal(x: TensorLike): Tensor {
  checkOperands('reciprocal', x)
  return divide(1, x)
}

/** 1 / √x. */
export function rsqrt(x: TensorLike): Tensor {
  checkOperands('rsqrt', x)
  return divide(1, sqrt(x))
}

/** 2ˣ. */
export function exp2(x: TensorLike): Tensor {
  checkOperands('exp2', x)
  return exp(multiply(x, Math.LN2))
}

/** The logarithm to base 2. */
export function log2(x: TensorLike): Tensor {
  checkOperands('log2', x)
  return multiply(log(x), Math.LOG2E)
}

/** The logarithm to base 10. */
export function log10(x: TensorLike): Tensor {
  checkOperands('log10', x)
  return multiply(log(x), Math.LOG10E)
}

/** The tangent of x in radians. */
export function tan(x: TensorLike): Tensor {
  checkOperands('tan', x)
  return divide(sin(x), cos(x))
}

/** x rounded towards zero. */
export function trunc(x: TensorLike): Tensor {
  checkOperands('trunc', x)
  return where(less(x, 0), ceil(x), floor(x))
}

/** a > b. */
export function greater(a: TensorLike, b: TensorLike): Tensor {
  checkOperands('greater', a, b)
  return less(b, a)
}

/** a ≥ b. */
export function greaterEqual(a: TensorLike, b: TensorLike): Tensor {
  checkOperands('greaterEqual', a, b)
  return lessEqual(b, a)
}

/** a ≠ b. */
export function notEqual(a: TensorLike, b: TensorLike): Tensor {
  checkOperands('notEqual', a, b)
  return logicalNot(equal(a, b))
}

/** Whether x is not a number. */
export function isNaN(x: TensorLike): Tensor {
  checkOperands('isNaN', x)
  return notEqual(x, x)
}

/** Whether x is neither infinite nor NaN. */
export function isFinite(x: TensorLike): Tensor {
  checkOperands('isFinite', x)
  return less(abs(x), Number.POSITIVE_INFINITY)
}

/**
 * x clamped to [low, high]; the gradient passes at the bounds; beyond them and at NaN it is 0. PyTorch: `torch.clamp`.
 */
export function clamp(
  x: TensorLike,
  low = Number.NEGATIVE_INFINITY,
  high = Number.POSITIVE_INFINITY,
): Tensor {
  checkOperands('clamp', x)
  check('clamp', 'low', low, aNumber)
  check('clamp', 'high', high, aNumber)
  const recorded = asTensor('clamp', x)
  const value = cast(recorded, promote(recorded.dtype, 'int32'))
  // An infinite bound has no effect, but would promote integers to float32.
  const raised = low === Number.NEGATIVE_INFINITY ? value : maximum(value, low)
  const held = high === Number.POSITIVE_INFINITY ? raised : minimum(raised, high)
  const isWithin = logicalAnd(lessEqual(low, value), lessEqual(value, high))
  return where(isWithin, value, detach(held))
}

/** a + weight (b − a), computed from the nearer end: exactly b for weight 1. PyTorch: `torch.lerp`. */
export function lerp(a: TensorLike, b: TensorLike, weight: TensorLike): Tensor {
  checkOperands('lerp', a, b, weight)
  const difference = subtract(b, a)
  if (typeof weight === 'number') {
    return weight < 0.5 ? add(a, multiply(weight, difference)) : add(b, multiply(weight - 1, difference))
  }
  const isNearA = less(weight, 0.5)
  const step = where(isNearA, weight, subtract(weight, 1))
  return add(where(isNearA, a, b), multiply(step, difference))
}

/** max(x, 0), with gradient 0 at 0 as in PyTorch. NaN stays NaN. */
export function relu(x: TensorLike): Tensor {
  checkOperands('relu', x)
  return where(lessEqual(x, 0), 0, x)
}

/** x if x > 0, otherwise slope · x; integers give a floating result. PyTorch: `torch.nn.functional.leaky_relu`. */
export function leakyRelu(x: TensorLike, slope = 0.01): Tensor {
  const value = asFloat('leakyRelu', x)
  check('leakyRelu', 'slope', slope, finite)
  return where(less(0, value), value, multiply(value, slope))
}

/**
 * x if x > 0, otherwise alpha (eˣ − 1); derivatives at 0 are those from below. PyTorch: `torch.nn.functional.elu`,
 * whose gradient at NaN is NaN, as here, except in the last elements that do not fill a vector, where it is 1.
 */
export function elu(x: TensorLike, alpha = 1): Tensor {
  checkOperands('elu', x)
  check('elu', 'alpha', alpha, finite)
  const isPositive = less(0, x)
  return where(isPositive, x, multiply(expm1(where(isPositive, 0, x)), alpha))
}

/*
 * The functions below are smooth, but have different formulas for x < 0 and for x ≥ 0. Each formula, with its
 * derivatives, is correct on both sides of 0. At 0 all pieces of a formula must therefore belong to the same side;
 * `maximum(x, 0)` and `abs(x)`, with slopes ½ and 0 at 0, belong to neither.
 */

/** −|x|, with slope −1 at 0. */
function negativeSize(x: TensorLike, isNegative: Tensor): Tensor {
  return where(isNegative, x, negate(x))
}

/** ln(1 + eˣ), finite for any finite x. PyTorch: `torch.nn.functional.softplus` without its linear shortcut. */
export function softplus(x: TensorLike): Tensor {
  checkOperands('softplus', x)
  const isNegative = less(x, 0)
  return add(where(isNegative, 0, x), log1p(exp(negativeSize(x, isNegative))))
}

/** 1 / (1 + e⁻ˣ). PyTorch: `torch.sigmoid`. */
export function sigmoid(x: TensorLike): Tensor {
  checkOperands('sigmoid', x)
  const isNegative = less(x, 0)
  const decay = exp(negativeSize(x, isNegative))
  return divide(where(isNegative, decay, 1), add(1, decay))
}

/** ln(1 / (1 + e⁻ˣ)). PyTorch: `torch.nn.functional.logsigmoid`. */
export function logSigmoid(x: TensorLike): Tensor {
  checkOperands('logSigmoid', x)
  return negate(softplus(negate(x)))
}

/** x · sigmoid(x). PyTorch: `torch.nn.functional.silu`. */
export function silu(x: TensorLike): Tensor {
  checkOperands('silu', x)
  return multiply(x, sigmoid(x))
}

/**
 * x Φ(x) with the standard normal distribution function Φ, or approximately ½ x (1 + tanh(√(2/π) (x + 0.044715 x³))).
 * Hendrycks and Gimpel 2016. PyTorch: `torch.nn.functional.gelu`.
 */
export function gelu(x: TensorLike, options: GeluOptions = {}): Tensor {
  checkOperands('gelu', x)
  checkOptions('gelu', options, geluOptions)
  const half = multiply(x, 0.5)
  if (options.approximate !== 'tanh') return multiply(half, add(1, erf(multiply(x, Math.SQRT1_2))))
  const inner = add(x, multiply(multiply(multiply(x, x), x), 0.044715))
  return multiply(half, add(1, tanh(multiply(inner, Math.sqrt(2 / Math.PI)))))
}
