import { type Matrix, transposed } from './winograd.ts'

/**
 * Returns the matrices to apply one after another in place of a transform's matrix, with fewer operations.
 *
 * The rows for the points p and −p differ in the signs of odd powers only: they are e + s·o and e − s·o. The first matrix
 * computes e and o, the second one combines them. In Bᵀ of F(4×4, 3×3), for the points 2 and −2:
 *
 *     ┌ 0 −2 −1  2  1  0 ┐     ┌ 1  2 ┐   ┌ 0  0 −1  0  1  0 ┐  e
 *     └ 0  2 −1 −2  1  0 ┘  =  └ 1 −2 ┘ · └ 0 −1  0  1  0  0 ┘  o
 *
 * In a transposed matrix the columns are such pairs; its factors are the transposed ones in reverse.
 */
export function factored(matrix: Matrix): readonly Matrix[] {
  const byRows = pairedRows(matrix, (odd) => Math.min(...odd.filter((factor) => factor !== 0).map(Math.abs)))
  const byColumns = pairedRows(transposed(matrix), () => 1)
  return byRows ?? byColumns?.map(transposed).toReversed() ?? [matrix]
}

/** Returns the two factors of a matrix with pairs of rows, or undefined if it has none. */
function pairedRows(matrix: Matrix, scaleOf: (odd: readonly number[]) => number): Matrix[] | undefined {
  const partners = matrix.map((row) => matrix.findIndex((other) => isPair(row, other)))
  if (partners.every((partner) => partner < 0)) return undefined
  const first: number[][] = []
  /** For each row of the product, what it takes of each row of the first factor. */
  const taken = matrix.map(() => new Map<number, number>())
  const add = (row: readonly number[]) => first.push([...row]) - 1
  matrix.forEach((row, i) => {
    const partner = partners[i]
    if (partner < 0) taken[i].set(add(row), 1)
    if (partner <= i) return
    const odd = row.map((factor, column) => (factor - matrix[partner][column]) / 2)
    const scale = scaleOf(odd)
    const [e, o] = [add(row.map((factor, column) => factor - odd[column])), add(odd.map((x) => x / scale))]
    taken[i].set(e, 1).set(o, scale)
    taken[partner].set(e, 1).set(o, -scale)
  })
  return [first, taken.map((factors) => first.map((_, column) => factors.get(column) ?? 0))]
}

/** Returns whether two rows are e + o and e − o, with enough terms that computing e and o once saves operations. */
function isPair(row: readonly number[], other: readonly number[]): boolean {
  const terms = row
    .map((factor, column) => ({ factor, other: other[column] }))
    .filter(({ factor }) => factor !== 0)
  return (
    terms.length > 2 &&
    row.every((factor, column) => Math.abs(factor) === Math.abs(other[column])) &&
    terms.some(({ factor, other }) => factor === other) &&
    terms.some(({ factor, other }) => factor === -other)
  )
}
