import { divide, multiply, negate, subtract } from './arithmetic.ts'
import { equal } from './comparisons.ts'
import { binary, unary } from './elementwise.ts'
import { sign } from './sign.ts'
import { where } from './where.ts'

/** |x|; the gradient at 0 is 0, as PyTorch's. */
export const abs = unary('abs')((g, x) => multiply(g, sign(x)))

/** The largest integer ≤ x. */
export const floor = unary('floor')('none')

/** The smallest integer ≥ x. */
export const ceil = unary('ceil')('none')

/** The nearest integer, halves to the even one, as PyTorch's. */
export const round = unary('round')('none')

/**
 * a − b ⌊a/b⌋: the remainder has the sign of b. It is NaN for b = 0, as is its gradient by b. PyTorch:
 * `torch.remainder`, whose gradient there is infinite.
 */
export const remainder = binary('remainder')((g, a, b, y) => {
  // Not ⌊a/b⌋ of the rounded quotient, which may be one off. A remainder equal to b was rounded up to it.
  const quotient = where(equal(y, b), -1, round(divide(subtract(a, y), b)))
  return [g, negate(multiply(g, quotient))]
})
