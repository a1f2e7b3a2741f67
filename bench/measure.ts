/** Returns the median; the mean of the two middle values if their number is even. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length / 2
  return sorted.length % 2 === 1 ? sorted[Math.floor(middle)] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** Minimum, median and maximum. */
export interface Spread {
  readonly minimum: number
  readonly median: number
  readonly maximum: number
}

export function spreadOf(values: readonly number[]): Spread {
  return { minimum: Math.min(...values), median: median(values), maximum: Math.max(...values) }
}

/** Returns the milliseconds that `run` takes. */
export async function milliseconds(run: () => unknown): Promise<number> {
  const start = performance.now()
  await run()
  return performance.now() - start
}

/** Returns ‖actual − exact‖ / ‖exact‖ in the 2-norm. */
export function relativeError(actual: readonly number[], exact: readonly number[]): number {
  const norm = (values: readonly number[]) => Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0))
  return norm(actual.map((value, i) => value - exact[i])) / norm(exact)
}
