import { dot, magnitude, type Row, scaled } from '../formulas/rows.ts'

/** The least part of the square of a column that must be left without the columns before it: it is no combination of them. */
const leastPart = 1e-12

/**
 * Returns the coefficients of the linear combination of columns that equals the values to an absolute tolerance, if
 * there is one and the columns are independent, by orthogonal projection (Gram–Schmidt).
 */
export function coefficientsOf(
  columns: readonly Row[],
  values: Row,
  tolerance: number,
  squares: Row = columns.map((column) => dot(column, column)),
): number[] | undefined {
  const [first, ...rest] = columns
  const size = magnitude(values)
  if (first === undefined) return size <= tolerance ? [] : undefined
  const square = dot(first, first)
  if (!(square > leastPart * squares[0])) return undefined
  const lessFirst = (row: Row) => row.map((value, i) => value - (dot(row, first) / square) * first[i])
  const others = coefficientsOf(rest.map(lessFirst), lessFirst(values), tolerance, squares.slice(1))
  if (others === undefined) return undefined
  const remainder = rest.reduce<Row>((sum, column, i) => subtracted(sum, scaled(column, others[i])), values)
  return [dot(remainder, first) / square, ...others]
}

function subtracted(a: Row, b: Row): number[] {
  return a.map((value, i) => value - b[i])
}
