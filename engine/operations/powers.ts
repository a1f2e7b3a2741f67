import type { Tensor } from '../tensor.ts'
import { add, divide, multiply, negate, subtract } from './arithmetic.ts'
import { equal, less, lessEqual, logicalAnd, logicalNot } from './comparisons.ts'
import { binary, unary } from './elementwise.ts'
import { abs } from './rounding.ts'
import { where } from './where.ts'

/** √x, NaN below 0. */
export const sqrt = unary('sqrt')((g, _, y) => divide(g, multiply(y, 2)))

/**
 * aᵇ as in IEEE 754. With respect to b, the gradient of 0ᵇ is 0 for b ≥ 0 and −∞ for b < 0. PyTorch: `torch.pow`,
 * except that higher derivatives of a constant power of 0 are 0 instead of NaN, and the mixed derivative at b = 0 is
 * 1/a.
 */
export const power = binary('power')((g, a, b, y) => {
  const { operation } = b.node
  if (operation !== 'input' && operation.name === 'literal') {
    return [byBase(g, a, operation.attributes.value), undefined]
  }
  // a⁰ is 1 for any a, NaN included; at 0 and NaN, b aᵇ⁻¹ would be 0 · ∞ or NaN.
  const isOne = logicalAnd(equal(b, 0), logicalNot(less(abs(divide(1, a)), Infinity)))
  const slope = multiply(b, power(where(isOne, 1, a), subtract(b, 1)))
  const isZero = logicalAnd(equal(a, 0), lessEqual(0, b))
  const logarithm = log(where(isZero, 1, a))
  return [where(isOne, 0, multiply(g, slope)), where(isZero, 0, multiply(g, multiply(y, logarithm)))]
})

/** Returns the gradient of aᵇ with respect to a, for a number b. */
function byBase(gradient: Tensor, a: Tensor, b: number): Tensor | undefined {
  return b === 0 ? undefined : multiply(gradient, multiply(b, power(a, b - 1)))
}

/** eˣ. */
export const exp = unary('exp')((g, _, y) => multiply(g, y))

/** eˣ − 1, accurate near 0. */
export const expm1 = unary('expm1')((g, _, y) => multiply(g, add(y, 1)))

/** The natural logarithm; −∞ at 0, NaN below. */
export const log = unary('log')((g, x) => divide(g, x))

/** ln(1 + x), accurate near 0. */
export const log1p = unary('log1p')((g, x) => divide(g, add(x, 1)))

/** The error function, 2/√π ∫₀ˣ exp(−t²) dt. */
export const erf = unary('erf')((g, x) =>
  multiply(g, multiply(exp(negate(multiply(x, x))), 2 / Math.sqrt(Math.PI))),
)
