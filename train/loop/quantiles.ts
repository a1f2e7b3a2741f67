import { anyNumber, arrayOf, check } from '../../base/arguments.ts'
import { demand } from '../../base/errors.ts'

/** The minimum, the 5th, 25th, 50th, 75th and 95th percentiles, and the maximum. */
export type Quantiles = readonly [
  least: number,
  p5: number,
  p25: number,
  median: number,
  p75: number,
  p95: number,
  largest: number,
]

/** Returns the quantiles of some numbers by linear interpolation. NumPy: `quantile`. */
export function quantilesOf(numbers: readonly number[]): Quantiles {
  check('quantilesOf', 'numbers', numbers, arrayOf(anyNumber))
  demand(numbers.length > 0, () => 'quantilesOf: expected at least one number, got none')
  const sorted = Float64Array.from(numbers).sort()
  const at = (share: number) => {
    const position = share * (sorted.length - 1)
    const below = Math.floor(position)
    const above = Math.min(below + 1, sorted.length - 1)
    return sorted[below] + (position - below) * (sorted[above] - sorted[below])
  }
  return [at(0), at(0.05), at(0.25), at(0.5), at(0.75), at(0.95), at(1)]
}
