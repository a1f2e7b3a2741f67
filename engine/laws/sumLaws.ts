import fc from 'fast-check'
import { type Law, search } from '../../base/laws/law.ts'
import { type Executor, matmul, realizeOn, sum, type Tensor, tensor } from '../index.ts'

/** The allowed error of a sum of any length, relative to the sum of absolute values. */
const ofSums = 1e-6

/** The same for products: a chain may add up to about a thousand, and equal ones all round in the same direction. */
const ofProducts = 4e-5

/** Rows differ in their drift: additions of equal numbers all round in the same direction. */
type Kind = 'equal' | 'random' | 'alternating'

interface LongRow {
  readonly length: number
  readonly kind: Kind
  readonly value: number
  readonly seed: number
}

const kinds = fc.constantFrom<Kind>('equal', 'random', 'alternating')

/** For rows of every order of length, short ones as often as long ones. */
const rows: fc.Arbitrary<LongRow> = fc
  .record({
    magnitude: fc.integer({ min: 1, max: 16 }),
    within: fc.double({ min: 1, max: 2, noNaN: true }),
    kind: kinds,
    value: fc.double({ min: 0.5, max: 1, noNaN: true }),
    seed: fc.nat(),
  })
  .map(({ magnitude, within, kind, value, seed }) => ({
    length: Math.floor(2 ** magnitude * within),
    kind,
    value: Math.fround(value),
    seed,
  }))

/** Returns the numbers of a row, rounded to float32. */
function elementsOf({ length, kind, value, seed }: LongRow): Float32Array {
  let state = seed | 0
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0
    return (state >>> 8) / 2 ** 24
  }
  const number: Record<Kind, (i: number) => number> = {
    equal: () => value,
    random: () => random(),
    alternating: (i) => (i % 2 === 0 ? value : -0.75 * value),
  }
  return Float32Array.from({ length }, (_, i) => number[kind](i))
}

function lawOfLongRows(
  statement: Pick<Law<Executor>, 'name' | 'statement' | 'formula'>,
  bound: number,
  /** Returns a tensor each of whose elements is `times` the sum of the row. */
  resultOf: (row: Float32Array) => { readonly result: Tensor; readonly times: number },
): Law<Executor> {
  return {
    ...statement,
    tolerance: `${bound} of the sum of absolute values, at any length: no chain of roundings is long`,
    check: (executor, { runs, seed }) =>
      search(
        rows,
        async (row) => {
          const elements = elementsOf(row)
          const { result, times } = resultOf(elements)
          await realizeOn(executor, result)
          const exact = times * elements.reduce((total, x) => total + x, 0)
          const size = times * elements.reduce((total, x) => total + Math.abs(x), 0)
          const wrong = (await result.data()).find((got) => !(Math.abs(got - exact) <= bound * size))
          if (wrong !== undefined) return `a sum of ${row.length} numbers is ${wrong}, expected ${exact}`
        },
        // Long rows take longer than other cases.
        { runs: Math.ceil(runs / 4), seed },
      ),
  }
}

/** Laws of long sums: float32 sums of many numbers are about as accurate as sums of few. */
export const sumLaws: readonly Law<Executor>[] = [
  lawOfLongRows(
    {
      name: 'long sums along the last axis',
      statement: 'A sum of many numbers is as accurate as a sum of few.',
      formula: '|Σ x computed − Σ x| ≤ ε Σ |x|',
    },
    ofSums,
    (row) => ({ result: sum(tensor(row)), times: 1 }),
  ),
  lawOfLongRows(
    {
      name: 'long sums along the first axis',
      statement: 'Sums over many rows are as accurate as sums over few.',
      formula: '|Σᵢ xᵢⱼ computed − Σᵢ xᵢⱼ| ≤ ε Σᵢ |xᵢⱼ|',
    },
    ofSums,
    (row) => {
      const columns = 5
      const repeated = Float32Array.from(
        { length: columns * row.length },
        (_, i) => row[Math.floor(i / columns)],
      )
      return { result: sum(tensor(repeated, { shape: [row.length, columns] }), 0), times: 1 }
    },
  ),
  lawOfLongRows(
    {
      name: 'long products',
      statement: 'A matrix product with a long inner dimension is as accurate as one with a short one.',
      formula: '|Σₖ aₖ bₖ computed − Σₖ aₖ bₖ| ≤ ε Σₖ |aₖ bₖ|',
    },
    ofProducts,
    (row) => ({
      result: matmul(
        tensor(row, { shape: [1, row.length] }),
        tensor(new Float32Array(row.length).fill(0.75), { shape: [row.length, 1] }),
      ),
      times: 0.75,
    }),
  ),
]
