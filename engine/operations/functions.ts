import { type DType, isInt32 } from '../dtype.ts'
import { demand } from '../errors.ts'
import type { Shape } from '../shape.ts'
import type { Tensor, TensorLike } from '../tensor.ts'
import { checkShape, literal } from './constants.ts'
import {
  abs,
  add,
  atan2,
  ceil,
  cos,
  divide,
  equal,
  erf,
  exp,
  expm1,
  floor,
  less,
  lessEqual,
  log,
  log1p,
  logicalNot,
  maximum,
  multiply,
  negate,
  sin,
  sqrt,
  subtract,
  where,
} from './elementwise.ts'
import { broadcastTo } from './movement.ts'

/** A tensor of one number. PyTorch: `torch.full`. */
export function full(shape: Shape, value: number, dtype: DType = 'float32'): Tensor {
  checkShape('full', shape)
  demand(dtype !== 'int32' || isInt32(value), () => `full: int32 has no place for ${value}`)
  return broadcastTo(literal(value, dtype), shape)
}

/** Zeros. */
export function zeros(shape: Shape, dtype?: DType): Tensor {
  return full(shape, 0, dtype)
}

/** Ones. */
export function ones(shape: Shape, dtype?: DType): Tensor {
  return full(shape, 1, dtype)
}

/** x². */
export function square(x: TensorLike): Tensor {
  return multiply(x, x)
}

/** 1 / x. */
export function reciprocal(x: TensorLike): Tensor {
  return divide(1, x)
}

/** 1 / √x. */
export function rsqrt(x: TensorLike): Tensor {
  return divide(1, sqrt(x))
}

/** 2ˣ. */
export function exp2(x: TensorLike): Tensor {
  return exp(multiply(x, Math.LN2))
}

/** The logarithm to base 2. */
export function log2(x: TensorLike): Tensor {
  return multiply(log(x), Math.LOG2E)
}

/** The logarithm to base 10. */
export function log10(x: TensorLike): Tensor {
  return multiply(log(x), Math.LOG10E)
}

/** Tangent of radians. */
export function tan(x: TensorLike): Tensor {
  return divide(sin(x), cos(x))
}

/** Arc sine, in radians. */
export function asin(x: TensorLike): Tensor {
  return atan2(x, sqrt(multiply(subtract(1, x), add(1, x))))
}

/** Arc cosine, in radians. */
export function acos(x: TensorLike): Tensor {
  return atan2(sqrt(multiply(subtract(1, x), add(1, x))), x)
}

/** Hyperbolic sine. */
export function sinh(x: TensorLike): Tensor {
  return multiply(subtract(expm1(x), expm1(negate(x))), 0.5)
}

/** Hyperbolic cosine. */
export function cosh(x: TensorLike): Tensor {
  return multiply(add(exp(x), exp(negate(x))), 0.5)
}

/** Towards zero. */
export function trunc(x: TensorLike): Tensor {
  return where(less(x, 0), ceil(x), floor(x))
}

/** a > b. */
export function greater(a: TensorLike, b: TensorLike): Tensor {
  return less(b, a)
}

/** a ≥ b. */
export function greaterEqual(a: TensorLike, b: TensorLike): Tensor {
  return lessEqual(b, a)
}

/** a ≠ b. */
export function notEqual(a: TensorLike, b: TensorLike): Tensor {
  return logicalNot(equal(a, b))
}

/** Whether x is not a number. */
export function isNaN(x: TensorLike): Tensor {
  return notEqual(x, x)
}

/** Whether x is neither infinite nor NaN. */
export function isFinite(x: TensorLike): Tensor {
  return less(abs(x), Number.POSITIVE_INFINITY)
}

/** x held between two bounds; at a bound the gradient passes, beyond it is 0, as PyTorch's. */
export function clamp(
  x: TensorLike,
  low = Number.NEGATIVE_INFINITY,
  high = Number.POSITIVE_INFINITY,
): Tensor {
  return where(less(x, low), low, where(less(high, x), high, x))
}

/** a + weight (b − a). */
export function lerp(a: TensorLike, b: TensorLike, weight: TensorLike): Tensor {
  return add(a, multiply(weight, subtract(b, a)))
}

/** max(x, 0), the gradient at 0 being 0, as PyTorch's. NaN stays. */
export function relu(x: TensorLike): Tensor {
  return where(lessEqual(x, 0), 0, x)
}

/** x where positive, else slope · x. */
export function leakyRelu(x: TensorLike, slope = 0.01): Tensor {
  return where(less(0, x), x, multiply(x, slope))
}

/** x where positive, else alpha (eˣ − 1). */
export function elu(x: TensorLike, alpha = 1): Tensor {
  return where(less(0, x), x, multiply(expm1(where(less(0, x), 0, x)), alpha))
}

/** ln(1 + eˣ), finite for any finite x. PyTorch: `torch.nn.functional.softplus` without its linear shortcut. */
export function softplus(x: TensorLike): Tensor {
  return add(maximum(x, 0), log1p(exp(negate(abs(x)))))
}

/** 1 / (1 + e⁻ˣ). */
export function sigmoid(x: TensorLike): Tensor {
  return exp(logSigmoid(x))
}

/** ln(1 / (1 + e⁻ˣ)). */
export function logSigmoid(x: TensorLike): Tensor {
  return negate(softplus(negate(x)))
}

/** x · sigmoid(x). */
export function silu(x: TensorLike): Tensor {
  return multiply(x, sigmoid(x))
}

/** x Φ(x), Φ being the normal distribution function. */
export function gelu(x: TensorLike): Tensor {
  return multiply(multiply(x, 0.5), add(1, erf(multiply(x, Math.SQRT1_2))))
}
