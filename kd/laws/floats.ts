/** The formats of numbers in which a loss may compute. */
export type Precision = keyof typeof formats

/** The binary digits of a significand, and the least and largest exponents of normal numbers. */
const formats = {
  float64: { digits: 53, least: -1022, most: 1023 },
  float32: { digits: 24, least: -126, most: 127 },
  float16: { digits: 11, least: -14, most: 15 },
  bfloat16: { digits: 8, least: -126, most: 127 },
}

export const precisions = Object.keys(formats) as Precision[]

function each(of: (format: (typeof formats)[Precision]) => number): Readonly<Record<Precision, number>> {
  const { float64, float32, float16, bfloat16 } = formats
  return { float64: of(float64), float32: of(float32), float16: of(float16), bfloat16: of(bfloat16) }
}

/** The unit roundoff, half an ulp of 1: the largest relative error of one rounding. */
export const unitRoundoff = each(({ digits }) => 2 ** -digits)

/** The largest finite number. */
export const largestFinite = each(({ digits, most }) => (2 - 2 ** (1 - digits)) * 2 ** most)

/**
 * The smallest number that is not rounded to 0: an entry of a gradient that is smaller may be. Processors may round
 * subnormal numbers to 0, but not those of float16, which has few others.
 */
export const smallest = {
  ...each(({ least }) => 2 ** least),
  float16: 2 ** (1 + formats.float16.least - formats.float16.digits),
}

/** Rounds to the nearest number of a format, to the even one if two are as near, and to ±∞ beyond the largest. */
export function rounded(value: number, precision: Precision): number {
  if (precision === 'float64' || value === 0 || !Number.isFinite(value)) return value
  if (precision === 'float32') return Math.fround(value)
  const { digits, least, most } = formats[precision]
  const size = Math.abs(value)
  const exponent = Math.max(Math.floor(Math.log2(size)), least)
  const unit = 2 ** (exponent + 1 - digits)
  // Adding and subtracting a number whose neighbours are 1 apart rounds to an integer, half to even.
  const near = (size / unit + 2 ** 52 - 2 ** 52) * unit
  return Math.sign(value) * (near < 2 ** (most + 1) ? near : Number.POSITIVE_INFINITY)
}

/** Whether a number has a format. NaN and infinities have each. */
export function isOf(precision: Precision, value: number): boolean {
  return Object.is(rounded(value, precision), value)
}
