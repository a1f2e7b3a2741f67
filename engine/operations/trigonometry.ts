import type { Tensor } from '../tensor.ts'
import { add, divide, multiply, negate, subtract } from './arithmetic.ts'
import { less } from './comparisons.ts'
import { binary, unary } from './elementwise.ts'
import { sqrt } from './powers.ts'
import { abs } from './rounding.ts'
import { where } from './where.ts'

/** Sine of radians. */
export const sin = unary('sin')((g, x) => multiply(g, cos(x)))

/** Cosine of radians. */
export const cos = unary('cos')((g, x) => negate(multiply(g, sin(x))))

/** Arc sine, in radians; NaN beyond ±1, where its gradient is ∞. PyTorch: `torch.asin`. */
export const asin = unary('asin')((g, x) => divide(g, sqrt(oneLessSquare(x))))

/** Arc cosine, in radians; NaN beyond ±1, where its gradient is −∞. PyTorch: `torch.acos`. */
export const acos = unary('acos')((g, x) => negate(divide(g, sqrt(oneLessSquare(x)))))

/** 1 − x², accurate near ±1, where its derivatives exist as well: those of (1 − x)(1 + x) are 0 · ∞ under a root. */
function oneLessSquare(x: Tensor): Tensor {
  return where(less(abs(x), 1), multiply(subtract(1, x), add(1, x)), subtract(1, multiply(x, x)))
}

/** Arc tangent, in radians. */
export const atan = unary('atan')((g, x) => divide(g, add(multiply(x, x), 1)))

/** The angle of the point (x = b, y = a), in (−π, π]. */
export const atan2 = binary('atan2')((g, a, b) => {
  const scaled = divide(g, add(multiply(a, a), multiply(b, b)))
  return [multiply(scaled, b), negate(multiply(scaled, a))]
})

/** Hyperbolic sine. PyTorch: `torch.sinh`. */
export const sinh = unary('sinh')((g, x) => multiply(g, cosh(x)))

/** Hyperbolic cosine. PyTorch: `torch.cosh`. */
export const cosh = unary('cosh')((g, x) => multiply(g, sinh(x)))

/** Hyperbolic tangent. */
export const tanh = unary('tanh')((g, _, y) => multiply(g, subtract(1, multiply(y, y))))
