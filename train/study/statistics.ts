import { arrayOf, check, finite } from '../../base/arguments.ts'
import { demand } from '../../base/errors.ts'

/** Summary of several measurements of the same quantity. */
export interface Summary {
  readonly count: number
  readonly mean: number
  /** Sample standard deviation, see `standardDeviation`; `undefined` for fewer than two measurements. */
  readonly deviation?: number | undefined
}

/** Summarises measurements. Throws if there are none. */
export function summarize(values: readonly number[]): Summary {
  check('summarize', 'values', values, arrayOf(finite))
  const deviation = values.length > 1 ? standardDeviation(values) : undefined
  return { count: values.length, mean: mean(values), deviation }
}

/** Σ xᵢ / n. Throws for an empty list. */
export function mean(values: readonly number[]): number {
  demand(values.length > 0, () => 'mean: expected at least one number, got none')
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/** Sample standard deviation: √(Σ (xᵢ − x̄)² / (n − 1)). */
export function standardDeviation(values: readonly number[]): number {
  demand(values.length > 1, () => `standard deviation: expected at least two numbers, got ${values.length}`)
  const center = mean(values)
  const squares = values.reduce((sum, value) => sum + (value - center) ** 2, 0)
  return Math.sqrt(squares / (values.length - 1))
}
