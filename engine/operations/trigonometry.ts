import type { Tensor } from '../tensor.ts'
import { add, divide, multiply, negate, subtract } from './arithmetic.ts'
import { less } from './comparisons.ts'
import { binary, unary } from './elementwise.ts'
import { sqrt } from './powers.ts'
import { abs } from './rounding.ts'
import { where } from './where.ts'

/** The sine of x in radians. */
export const sin = unary('sin')((g, x) => multiply(g, cos(x)))

/** The cosine of x in radians. */
export const cos = unary('cos')((g, x) => negate(multiply(g, sin(x))))

/** The arc sine, in radians; NaN beyond ±1, with gradient ∞ at ±1. PyTorch: `torch.asin`. */
export const asin = unary('asin')((g, x) => divide(g, sqrt(oneLessSquare(x))))

/** The arc cosine, in radians; NaN beyond ±1, with gradient −∞ at ±1. PyTorch: `torch.acos`. */
export const acos = unary('acos')((g, x) => negate(divide(g, sqrt(oneLessSquare(x)))))

/** 1 − x², accurate near ±1; at ±1 it avoids (1 − x)(1 + x), whose derivatives under a root are 0 · ∞. */
function oneLessSquare(x: Tensor): Tensor {
  return where(less(abs(x), 1), multiply(subtract(1, x), add(1, x)), subtract(1, multiply(x, x)))
}

/** The arc tangent, in radians. */
export const atan = unary('atan')((g, x) => divide(g, add(multiply(x, x), 1)))

/** The angle of the point (x = b, y = a), in (−π, π]. */
export const atan2 = binary('atan2')((g, a, b) => {
  const scaled = divide(g, add(multiply(a, a), multiply(b, b)))
  return [multiply(scaled, b), negate(multiply(scaled, a))]
})

/** The hyperbolic sine. PyTorch: `torch.sinh`. */
export const sinh = unary('sinh')((g, x) => multiply(g, cosh(x)))

/** The hyperbolic cosine. PyTorch: `torch.cosh`. */
export const cosh = unary('cosh')((g, x) => multiply(g, sinh(x)))

/** The hyperbolic tangent. */
export const tanh = unary('tanh')((g, _, y) => multiply(g, subtract(1, multiply(y, y))))
