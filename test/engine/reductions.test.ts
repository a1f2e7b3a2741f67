import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { DType } from '../../engine/dtype.ts'
import {
  all,
  amax,
  amin,
  any,
  argmax,
  argmin,
  type Executor,
  max,
  mean,
  min,
  openExecutor,
  standardDeviation,
  sum,
  type Tensor,
  variance,
} from '../../engine/index.ts'
import { tensorsOf, type Values, values, wholeNumber } from '../../engine/laws/arbitraries.ts'

const executors: readonly Executor[] = [
  (await openExecutor('reference')).executor,
  (await openExecutor('wasm')).executor,
]

/** What the operation gives, and what its definition says of one row of numbers. */
interface Reduction {
  readonly compute: (x: Tensor) => Tensor
  readonly define: (row: readonly number[], dtype: DType) => number
  /** For sums: how large the numbers are that are summed, of elements as large as this. */
  readonly scale?: (size: number) => number
}

/** The first element that no other one beats; NaN beats every number. */
function champion(row: readonly number[], beats: (a: number, b: number) => boolean): number {
  let best = 0
  for (let i = 0; i < row.length; i++) {
    if (Number.isNaN(row[best])) return best
    if (Number.isNaN(row[i]) || beats(row[i], row[best])) best = i
  }
  return best
}

const largest = (row: readonly number[]) => champion(row, (a, b) => a > b)
const smallest = (row: readonly number[]) => champion(row, (a, b) => a < b)

function total(row: readonly number[]): number {
  let sum = 0
  for (const value of row) sum += value
  return sum
}

const average = (row: readonly number[]) => total(row) / row.length

function spread(row: readonly number[]): number {
  const centre = average(row)
  return total(row.map((value) => (value - centre) ** 2)) / (row.length - 1)
}

/** By plain loops, so that no fault of a composition can be in both. */
const reductions: Record<string, Reduction> = {
  sum: {
    compute: (x) => sum(x, -1),
    define: (row, dtype) => (dtype === 'float32' ? total(row) : total(row) | 0),
    scale: (size) => size,
  },
  amax: { compute: (x) => amax(x, -1), define: (row) => row[largest(row)] },
  amin: { compute: (x) => amin(x, -1), define: (row) => row[smallest(row)] },
  max: { compute: (x) => max(x, -1), define: (row) => row[largest(row)] },
  min: { compute: (x) => min(x, -1), define: (row) => row[smallest(row)] },
  'max of all': { compute: (x) => max(x), define: (row) => row[largest(row)] },
  'min of all': { compute: (x) => min(x), define: (row) => row[smallest(row)] },
  argmax: { compute: (x) => argmax(x, -1), define: largest },
  argmin: { compute: (x) => argmin(x, -1), define: smallest },
  mean: { compute: (x) => mean(x, -1), define: average, scale: (size) => size },
  variance: { compute: (x) => variance(x, -1), define: spread, scale: (size) => size ** 2 },
  standardDeviation: {
    compute: (x) => standardDeviation(x, -1),
    define: (row) => Math.sqrt(spread(row)),
    // Of equal numbers the variance is a rounding error, and its root a large one.
    scale: (size) => 1e3 * size,
  },
  any: { compute: (x) => any(x, -1), define: (row) => Number(row.some((value) => value !== 0)) },
  all: { compute: (x) => all(x, -1), define: (row) => Number(row.every((value) => value !== 0)) },
}

const elements: Record<'float32' | 'int32' | 'bool', fc.Arbitrary<number>> = {
  float32: fc.oneof(
    { weight: 4, arbitrary: fc.integer({ min: -8, max: 8 }).map((count) => count / 4) },
    { weight: 1, arbitrary: fc.constantFrom(Number.NaN, Infinity, -Infinity, -0) },
  ),
  int32: fc.oneof(wholeNumber, fc.constantFrom(-(2 ** 31), 2 ** 31 - 1, 2e9)),
  bool: fc.constantFrom(0, 1),
}

const rows: fc.Arbitrary<{ row: Values; dtype: DType }> = fc
  .tuple(fc.constantFrom('float32', 'int32', 'bool'), fc.integer({ min: 2, max: 11 }))
  .chain(([dtype, length]) => values([length], dtype, elements[dtype]).map((row) => ({ row, dtype })))

/** How far float32 may be from the definition, its operands being as large as this. */
function expectNear(got: number, wanted: number, scale: number): void {
  if (!Number.isFinite(wanted)) expect(got).toBe(wanted)
  else expect(Math.abs(got - wanted)).toBeLessThanOrEqual(2e-6 * scale)
}

describe('a reduction of numbers of every type', () => {
  it.each(Object.entries(reductions))('should be what %s is defined as', (_, { compute, define, scale }) =>
    fc.assert(
      fc.asyncProperty(rows, async ({ row, dtype }) => {
        const numbers = Array.from(row.data)
        const wanted = define(numbers, dtype)
        const size = Math.max(1, ...numbers.filter(Number.isFinite).map(Math.abs))
        for (const executor of executors) {
          const result = compute(tensorsOf([row])[0])
          const [got] = await result.data({ executor })
          if (scale === undefined || result.dtype === 'int32') expect(got + 0).toBe(wanted + 0)
          else expectNear(got, wanted, numbers.length * scale(size))
        }
      }),
    ),
  )

  it('should average integers whose sum int32 lacks', async () => {
    for (const executor of executors) {
      const x = tensorsOf([{ data: Int32Array.of(2e9, 2e9, 2e9), shape: [3] }])[0]
      expect([...(await mean(x).data({ executor }))]).toEqual([2e9])
      expect([...(await variance(x).data({ executor }))]).toEqual([0])
      expect([...(await standardDeviation(x).data({ executor }))]).toEqual([0])
    }
  })
})
