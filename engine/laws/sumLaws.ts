import fc from 'fast-check'
import { type Law, search } from '../../base/laws/law.ts'
import { type Executor, matmul, realizeOn, sum, type Tensor, tensor } from '../index.ts'

/** What a sum may lose, whatever its length, relative to the sum of absolute values. */
const ofSums = 1e-6

/** The same of products: up to some thousand of them may be added in a row, and equal ones all round the same way. */
const ofProducts = 4e-5

/** The kinds of rows that drift differently: additions of equal numbers all round the same way. */
type Kind = 'equal' | 'random' | 'alternating'

interface LongRow {
  readonly length: number
  readonly kind: Kind
  readonly value: number
  readonly seed: number
}

const kinds = fc.constantFrom<Kind>('equal', 'random', 'alternating')

/** Rows of every scale of length, the short ones as often as the long. */
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

/** The numbers of a row: as float32 holds them. */
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
  /** What is computed: `times` the sum of the row in each element. */
  recipe: (row: Float32Array) => { readonly result: Tensor; readonly times: number },
): Law<Executor> {
  return {
    ...statement,
    tolerance: `${bound} of the sum of absolute values, at any length: no chain of roundings is long`,
    check: (executor, { runs, seed }) =>
      search(
        rows,
        async (row) => {
          const elements = elementsOf(row)
          const { result, times } = recipe(elements)
          await realizeOn(executor, result)
          const exact = times * elements.reduce((total, x) => total + x, 0)
          const size = times * elements.reduce((total, x) => total + Math.abs(x), 0)
          const wrong = (await result.data()).find((got) => !(Math.abs(got - exact) <= bound * size))
          if (wrong !== undefined) return `a sum of ${row.length} numbers is ${wrong}, expected ${exact}`
        },
        // The long rows take longer than other cases.
        { runs: Math.ceil(runs / 4), seed },
      ),
  }
}

/** Laws of long sums: float32 adds up millions of numbers about as exactly as it adds up a few. */
export const sumLaws: readonly Law<Executor>[] = [
  lawOfLongRows(
    {
      name: 'long sums along the last axis',
      statement: 'It loses no more of a sum of many numbers than of one of few.',
      formula: '|Σ x computed − Σ x| ≤ ε Σ |x|',
    },
    ofSums,
    (row) => ({ result: sum(tensor(row)), times: 1 }),
  ),
  lawOfLongRows(
    {
      name: 'long sums along the first axis',
      statement: 'It loses no more of sums of many rows than of sums of few.',
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
      statement: 'It loses no more of a product of matrices the longer what is summed.',
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
