/** Arithmetic on rows of numbers in float64, without tensors: the formulas with which losses are compared. */

export type Row = readonly number[]

export function total(row: Row): number {
  let sum = 0
  for (const value of row) sum += value
  return sum
}

export function mean(row: Row): number {
  return total(row) / row.length
}

export function scaled(row: Row, factor: number): number[] {
  return row.map((value) => value * factor)
}

export function shifted(row: Row, by: number): number[] {
  return row.map((value) => value + by)
}

export function dot(a: Row, b: Row): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i]
  return sum
}

export function largest(row: Row): number {
  let most = Number.NEGATIVE_INFINITY
  for (const value of row) most = Math.max(most, value)
  return most
}

/** Returns the first index of the largest entry, which gets the gradient of PyTorch's `max(dim)`. */
export function peakOf(row: Row): number {
  return row.indexOf(largest(row))
}

export function magnitude(row: Row): number {
  let most = Number.NEGATIVE_INFINITY
  for (const value of row) most = Math.max(most, Math.abs(value))
  return most
}

/** S(z) = ln Σ exp zᵢ. */
export function logSumExp(row: Row): number {
  const most = largest(row)
  let sum = 0
  for (const value of row) sum += Math.exp(value - most)
  return most + Math.log(sum)
}

export function logSoftmax(row: Row): number[] {
  const most = largest(row)
  let sum = 0
  for (const value of row) sum += Math.exp(value - most)
  const logSum = Math.log(sum)
  return row.map((value) => value - most - logSum)
}

export function softmax(row: Row): number[] {
  return logSoftmax(row).map(Math.exp)
}

/** Subtracts the mean; a constant row becomes exactly 0. */
export function centredRow(row: Row): number[] {
  const below = shifted(row, -largest(row))
  return shifted(below, -mean(below))
}

/** The standard deviation of a population. */
export function deviation(row: Row): number {
  const centred = centredRow(row)
  const most = magnitude(centred)
  // No square overflows or underflows.
  return most === 0 ? 0 : most * Math.sqrt(squaredNorm(scaled(centred, 1 / most)) / row.length)
}

/** Centres a row and divides it by its standard deviation, of the population. A constant row has none: the result is NaN. */
export function standardisedRow(row: Row): number[] {
  const by = deviation(row)
  return centredRow(row).map((value) => value / by)
}

/** Removes the entry at an index. */
export function without(row: Row, at: number): number[] {
  return row.filter((_, i) => i !== at)
}

export function squaredNorm(row: Row): number {
  return dot(row, row)
}

/** Entry i of the result is entry order[i] of the row. */
export function permuted<Value>(row: readonly Value[], order: readonly number[]): Value[] {
  return order.map((i) => row[i])
}
