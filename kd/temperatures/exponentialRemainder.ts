import {
  abs,
  add,
  clamp,
  type DType,
  divide,
  expm1,
  lessEqual,
  multiply,
  square,
  subtract,
  type Tensor,
  where,
} from '../../engine/index.ts'

/**
 * Returns φ(x) = eˣ − 1 − x ≥ 0 elementwise, to full precision even near 0, where it is about x²/2. Its derivative is
 * eˣ − 1.
 *
 * For |x| ≤ 1 it uses Lambert's continued fraction, in which nothing cancels:
 *
 *     x coth(x/2) = 2 + x² w,   w = 1 / (6 + x² / (10 + x² / (14 + …)))
 *     φ(x) = 2x / (x coth(x/2) − x) − x = x² (1 − x w) / (2 − x + x² w)
 */
export function exponentialRemainder(x: Tensor): Tensor {
  const near = clamp(x, -1, 1)
  const squares = square(near)
  const [innermost, ...outer] = denominators(x.dtype)
  const w = divide(
    1,
    outer.reduce<Tensor | number>((rest, a) => add(a, divide(squares, rest)), innermost),
  )
  const ofNear = divide(
    multiply(squares, subtract(1, multiply(near, w))),
    add(subtract(2, near), multiply(squares, w)),
  )
  return where(lessEqual(abs(x), 1), ofNear, subtract(expm1(x), x))
}

/** The fraction's denominators, innermost first: enough for full precision up to third derivatives. */
function denominators(dtype: DType): readonly number[] {
  return dtype === 'float64' ? [30, 26, 22, 18, 14, 10, 6] : [22, 18, 14, 10, 6]
}
