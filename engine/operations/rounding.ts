import { divide, multiply, negate, subtract } from './arithmetic.ts'
import { equal } from './comparisons.ts'
import { binary, unary } from './elementwise.ts'
import { sign } from './sign.ts'
import { where } from './where.ts'

/** |x|, with gradient 0 at 0 as in PyTorch. */
export const abs = unary('abs')((g, x) => multiply(g, sign(x)))

/** The largest integer ≤ x. */
export const floor = unary('floor')('none')

/** The smallest integer ≥ x. */
export const ceil = unary('ceil')('none')

/** The nearest integer; halves round to even, as in PyTorch. */
export const round = unary('round')('none')

/**
 * a − b ⌊a/b⌋, which has the sign of b. For b = 0 it is NaN, and so is its gradient with respect to b. PyTorch:
 * `torch.remainder`, whose gradient there is infinite.
 */
export const remainder = binary('remainder')((g, a, b, y) => {
  // Not ⌊a/b⌋: rounding the quotient first may make it off by one. A remainder equal to b was rounded up to b.
  const quotient = where(equal(y, b), -1, round(divide(subtract(a, y), b)))
  return [g, negate(multiply(g, quotient))]
})
