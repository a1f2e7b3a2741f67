import type { Precision } from './floats.ts'

/** A number with a bound of its error. */
export interface Estimate {
  readonly value: number
  readonly error: number
}

/** A function along a direction, computed by a loss under test and by its formula. */
export interface Along<Point> {
  readonly precision: Precision
  /** The point after a step. */
  readonly at: (step: number) => Point
  readonly value: (point: Point) => Promise<number>
  readonly rounding: (point: Point) => number
  /** The formula, whose higher derivatives a correct loss shares. */
  readonly right: { readonly value: (point: Point) => number; readonly slope: number }
}

/**
 * Steps h that balance rounding, ε / h, with truncation, h⁴: powers of two, whose sums with multiples of 1/64 are
 * exact.
 */
const steps: Readonly<Record<Precision, number>> = {
  float64: 2 ** -9,
  float32: 2 ** -3,
  // Longer ones would balance, but exchange the largest logit.
  float16: 2 ** -3,
  bfloat16: 2 ** -3,
}

/** (f(−2h) − 8 f(−h) + 8 f(h) − f(2h)) / 12h = f′ + O(h⁴). */
const stencil = [
  { at: -2, weight: 1 / 12 },
  { at: -1, weight: -8 / 12 },
  { at: 1, weight: 8 / 12 },
  { at: 2, weight: -1 / 12 },
]

/**
 * Estimates the slope at 0 by a five-point difference. The error bound consists of the rounding of each value and of
 * the truncation, measured on the formula, whose slope is known.
 */
export async function derivative<Point>({
  precision,
  at: pointAt,
  value,
  rounding,
  right,
}: Along<Point>): Promise<Estimate> {
  const h = steps[precision]
  let slope = 0
  let noise = 0
  let ofFormula = 0
  for (const { at, weight } of stencil) {
    const point = pointAt(at * h)
    slope += (weight * (await value(point))) / h
    noise += (Math.abs(weight) * rounding(point)) / h
    ofFormula += (weight * right.value(point)) / h
  }
  return { value: slope, error: noise + 2 * Math.abs(ofFormula - right.slope) }
}
