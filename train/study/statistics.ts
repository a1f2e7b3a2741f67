import { arrayOf, check, finite } from '../../base/arguments.ts'
import { demand } from '../../base/errors.ts'

/** Several measurements of one thing, as a table shows them. */
export interface Summary {
  readonly count: number
  readonly mean: number
  /** Of the sample, see `standardDeviation`; none where there are fewer than two measurements. */
  readonly deviation?: number
}

/** Throws where there is no measurement. */
export function summarize(values: readonly number[]): Summary {
  check('summarize', 'values', values, arrayOf(finite))
  const deviation = values.length > 1 ? standardDeviation(values) : undefined
  return { count: values.length, mean: mean(values), deviation }
}

/** Σ xᵢ / n */
export function mean(values: readonly number[]): number {
  demand(values.length > 0, () => 'mean: expected at least one number, got none')
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/** Of a sample: √(Σ (xᵢ − x̄)² / (n − 1)). */
export function standardDeviation(values: readonly number[]): number {
  demand(values.length > 1, () => `standard deviation: expected at least two numbers, got ${values.length}`)
  const center = mean(values)
  const squares = values.reduce((sum, value) => sum + (value - center) ** 2, 0)
  return Math.sqrt(squares / (values.length - 1))
}
