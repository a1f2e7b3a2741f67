/**
 * The error function 2/√π ∫₀ˣ exp(−t²) dt, to within 1e-15. For |x| < 2, by the series of positive terms
 * 2/√π exp(−x²) Σ 2ⁿ x²ⁿ⁺¹ / (1·3·…·(2n + 1)); otherwise as 1 − erfc(x), with the continued fraction of erfc, which needs
 * few digits there (Abramowitz and Stegun 7.1.6 and 7.1.14).
 */
export function erf(x: number): number {
  const size = Math.abs(x)
  if (size < 2) return 2 * gaussian(x) * risingSeries(x)
  // NaN falls through both comparisons and the fraction.
  return size > 6 ? Math.sign(x) : Math.sign(x) * (1 - gaussian(x) / continuedFraction(size))
}

/** exp(−x²)/√π. */
function gaussian(x: number): number {
  return Math.exp(-x * x) / Math.sqrt(Math.PI)
}

/** Σ 2ⁿ x²ⁿ⁺¹ / (1·3·…·(2n + 1)). */
function risingSeries(x: number): number {
  let term = x
  let total = x
  for (let odd = 3; Math.abs(term) > 1e-17 * Math.abs(total); odd += 2) {
    term *= (2 * x * x) / odd
    total += term
  }
  return total
}

/** x + ½/(x + 1/(x + 3⁄2/(x + 2/(x + …)))), from the inside out. */
function continuedFraction(x: number): number {
  let fraction = x
  for (let level = 60; level >= 1; level--) fraction = x + level / 2 / fraction
  return fraction
}

/** aᵇ as in IEEE 754 and PyTorch: 1 for a = 1 and any b, and for a = −1 and b = ±∞, where JavaScript gives NaN. */
export function power(a: number, b: number): number {
  return a === 1 || (a === -1 && Math.abs(b) === Number.POSITIVE_INFINITY) ? 1 : a ** b
}

/** a − b ⌊a/b⌋, without the rounding errors of this formula. */
export function flooredRemainder(a: number, b: number): number {
  const remainder = a % b
  return remainder !== 0 && remainder < 0 !== b < 0 ? remainder + b : remainder
}

/** The nearest integer, halves to the even one. */
export function roundHalfToEven(x: number): number {
  const rounded = Math.round(x)
  return rounded - x === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded
}
