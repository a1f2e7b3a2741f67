import { anyNumber, arrayOf, check } from '../../base/arguments.ts'

/** The least number, those below which 5, 25, 50, 75 and 95 % of all lie, and the largest. */
export type Quantiles = readonly [
  least: number,
  p5: number,
  p25: number,
  median: number,
  p75: number,
  p95: number,
  largest: number,
]

/** The quantiles of some numbers, with straight lines between them: NumPy's `quantile`. */
export function quantilesOf(numbers: readonly number[]): Quantiles {
  check('quantilesOf', 'numbers', numbers, arrayOf(anyNumber))
  const sorted = Float64Array.from(numbers).sort()
  const at = (share: number) => {
    const place = share * (sorted.length - 1)
    const below = Math.floor(place)
    const above = Math.min(below + 1, sorted.length - 1)
    return sorted[below] + (place - below) * (sorted[above] - sorted[below])
  }
  return [at(0), at(0.05), at(0.25), at(0.5), at(0.75), at(0.95), at(1)]
}
