import type { Tensor } from '../tensor.ts'
import { equal, less } from './comparisons.ts'
import { binary, unary } from './elementwise.ts'
import { where } from './where.ts'

/** a + b; int32 wraps around on overflow, as in `subtract` and `multiply`. */
export const add = binary('add')((g) => [g, g])

/** a − b. */
export const subtract = binary('subtract')((g) => [g, negate(g)])

/** a b, elementwise. */
export const multiply = binary('multiply')((g, a, b) => [multiply(g, b), multiply(g, a)])

/** a / b; integers give a floating result. */
export const divide = binary('divide')(
  // Not (g / b) y: with a subnormal b and a = 0 that is ∞ · 0.
  (g, _, b, y) => [divide(g, b), negate(divide(multiply(g, y), b))],
)

/** −x. */
export const negate = unary('negate')((g) => negate(g))

/**
 * The larger operand, or NaN if either is NaN. The gradient goes to the larger one; in a tie each gets half, and if one
 * is NaN each gets all of it. PyTorch: `torch.maximum`.
 */
export const maximum = binary('maximum')((g, a, b) => share(g, equal(a, b), less(a, b), less(b, a)))

/** The smaller operand, with the gradient of `maximum`. PyTorch: `torch.minimum`. */
export const minimum = binary('minimum')((g, a, b) => share(g, equal(a, b), less(b, a), less(a, b)))

/** Returns the gradients of a choice between a and b: zero for the loser, half for each in a tie. */
function share(gradient: Tensor, tie: Tensor, aLoses: Tensor, bLoses: Tensor): [Tensor, Tensor] {
  const shared = where(tie, multiply(gradient, 0.5), gradient)
  return [where(aLoses, 0, shared), where(bLoses, 0, shared)]
}
