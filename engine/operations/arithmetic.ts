import type { Tensor, TensorLike } from '../tensor.ts'
import { cast } from './casts.ts'
import { equal, less, where } from './comparisons.ts'
import { asTensor } from './constants.ts'
import { binary, unary } from './elementwise.ts'

/** a + b; int32 wraps around beyond ±2³¹, as in `subtract` and `multiply`. */
export const add = binary('add')({ formula: 'a + b', vjp: (g) => [g, g] })

/** a − b. */
export const subtract = binary('subtract')({ formula: 'a − b', vjp: (g) => [g, negate(g)] })

/** a b, elementwise. */
export const multiply = binary('multiply')({
  formula: 'a b',
  vjp: (g, a, b) => [multiply(g, b), multiply(g, a)],
})

/** a / b, floating also for integers. */
export const divide = binary('divide')({
  formula: 'a / b',
  computes: 'float',
  domains: [
    [-2, 2],
    [0.5, 3],
  ],
  // Not (g / b) y: with a subnormal b that is ∞ · 0 where a is 0.
  vjp: (g, _, b, y) => [divide(g, b), negate(divide(multiply(g, y), b))],
})

/**
 * a − b ⌊a/b⌋: the remainder has the sign of b. It is NaN for b = 0, as is its gradient by b. PyTorch:
 * `torch.remainder`, whose gradient there is infinite.
 */
export const remainder = binary('remainder')({
  formula: 'a − b ⌊a/b⌋',
  computes: 'float',
  domains: [
    [-4, 4],
    [0.7, 2],
  ],
  // Wherever a/b is whole.
  kinks: { at: [0, 1, -1], ties: true },
  // Not ⌊a/b⌋ of the rounded quotient, which may be one off. A remainder equal to b was rounded up to it.
  vjp: (g, a, b, y) => {
    const quotient = where(equal(y, b), -1, round(divide(subtract(a, y), b)))
    return [g, negate(multiply(g, quotient))]
  },
})

/** −x. */
export const negate = unary('negate')({ formula: '−x', computes: 'number', vjp: (g) => negate(g) })

/** |x|; the gradient at 0 is 0, as PyTorch's. */
export const abs = unary('abs')({
  formula: '|x|',
  computes: 'number',
  kinks: { at: [0] },
  vjp: (g, x) => multiply(g, sign(x)),
})

/** −1, 0 or 1; its gradient is 0. */
export function sign(x: TensorLike): Tensor {
  const value = asTensor('sign', x)
  return cast(subtract(cast(less(0, value), 'int32'), cast(less(value, 0), 'int32')), value.dtype)
}

/** The largest integer ≤ x. */
export const floor = unary('floor')({ formula: '⌊x⌋', vjp: 'none' })

/** The smallest integer ≥ x. */
export const ceil = unary('ceil')({ formula: '⌈x⌉', vjp: 'none' })

/** The nearest integer, halves to the even one, as PyTorch's. */
export const round = unary('round')({ formula: 'nearest integer, halves to even', vjp: 'none' })

/**
 * The larger one, NaN where either is NaN. The gradient goes to the larger one; a tie gives each half, and beside NaN
 * each gets all of it. PyTorch: `torch.maximum`.
 */
export const maximum = binary('maximum')({
  formula: 'max(a, b)',
  kinks: { ties: true },
  vjp: (g, a, b) => share(g, equal(a, b), less(a, b), less(b, a)),
})

/** The smaller one, with the gradient of `maximum`. PyTorch: `torch.minimum`. */
export const minimum = binary('minimum')({
  formula: 'min(a, b)',
  kinks: { ties: true },
  vjp: (g, a, b) => share(g, equal(a, b), less(b, a), less(a, b)),
})

/** The gradients of a choice between a and b: nothing for the one that loses, half for each where they tie. */
function share(gradient: Tensor, tie: Tensor, aLoses: Tensor, bLoses: Tensor): [Tensor, Tensor] {
  const shared = where(tie, multiply(gradient, 0.5), gradient)
  return [where(aLoses, 0, shared), where(bLoses, 0, shared)]
}
