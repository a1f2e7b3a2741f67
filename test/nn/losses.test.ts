import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { grad, tensor } from '../../engine/index.ts'
import { crossEntropy, topKCorrect } from '../../nn/index.ts'
import { numbers, useReference } from './reference.ts'

beforeAll(useReference)

/** Rows of logits with a label each. */
const batch = fc
  .record({ rows: fc.integer({ min: 1, max: 4 }), classes: fc.integer({ min: 1, max: 5 }) })
  .chain(({ rows, classes }) =>
    fc.record({
      logits: fc.array(
        fc.array(fc.integer({ min: -30, max: 30 }), { minLength: classes, maxLength: classes }),
        { minLength: rows, maxLength: rows },
      ),
      labels: fc.array(fc.integer({ min: 0, max: classes - 1 }), { minLength: rows, maxLength: rows }),
    }),
  )

function softmax(row: readonly number[]): number[] {
  const weights = row.map((value) => Math.exp(value - Math.max(...row)))
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  return weights.map((weight) => weight / total)
}

const int32 = (values: readonly number[]) => tensor(values, { dtype: 'int32' })
const float64 = (values: readonly number[][]) => tensor(values, { dtype: 'float64' })

describe('crossEntropy', () => {
  it('is its definition, with smoothed targets', async () => {
    await fc.assert(
      fc.asyncProperty(batch, fc.double({ min: 0, max: 1, noNaN: true }), async (drawn, labelSmoothing) => {
        const { logits, labels } = drawn
        const loss = crossEntropy(float64(logits), int32(labels), { labelSmoothing })
        const expected = logits.map((row, n) =>
          row.reduce((sum, _, k) => {
            const target = (k === labels[n] ? 1 - labelSmoothing : 0) + labelSmoothing / row.length
            const shift = Math.max(...row)
            const logProbability =
              row[k] - shift - Math.log(row.reduce((total, value) => total + Math.exp(value - shift), 0))
            return sum - target * logProbability
          }, 0),
        )
        expect(await loss.item()).toBeCloseTo(expected.reduce((a, b) => a + b) / logits.length, 9)
      }),
      { numRuns: 50 },
    )
  })

  it('has the gradient (softmax − target) / rows', async () => {
    await fc.assert(
      fc.asyncProperty(batch, async ({ logits, labels }) => {
        const x = float64(logits)
        const [gradient] = grad(crossEntropy(x, int32(labels)), [x])
        const expected = logits.flatMap((row, n) =>
          softmax(row).map((p, k) => (p - (k === labels[n] ? 1 : 0)) / logits.length),
        )
        for (const [i, value] of (await numbers(gradient)).entries())
          expect(value).toBeCloseTo(expected[i], 9)
      }),
      { numRuns: 50 },
    )
  })

  it('stays finite for enormous logits', async () => {
    const loss = crossEntropy(
      float64([
        [1e4, -1e4],
        [-1e4, 1e4],
      ]),
      int32([0, 0]),
      { labelSmoothing: 0.1 },
    )
    expect(await loss.item()).toBeCloseTo((1e3 + 1.9e4) / 2, 6)
  })

  it('says which label is no class, and what it expected of shapes and smoothing', () => {
    const logits = float64([
      [1, 2, 3],
      [1, 2, 3],
    ])
    expect(() => crossEntropy(logits, int32([0, 3]))).toThrow(
      'crossEntropy: label 3 in row 1 is outside 0 … 2',
    )
    expect(() => crossEntropy(logits, int32([-1, 0]))).toThrow('label -1 in row 0')
    expect(() => crossEntropy(logits, int32([0]))).toThrow(
      'crossEntropy: expected logits [N, classes] and int32 labels [N], got [2, 3] and int32 [1]',
    )
    expect(() => crossEntropy(logits, tensor([0, 1]))).toThrow('got [2, 3] and float32 [2]')
    expect(() => crossEntropy(logits, int32([0, 1]), { labelSmoothing: 1.5 })).toThrow(
      'crossEntropy: expected labelSmoothing to be a number in [0, 1], got 1.5',
    )
  })
})

describe('topKCorrect', () => {
  it('counts the labels among the first k of a stable sort', async () => {
    await fc.assert(
      fc.asyncProperty(batch, fc.integer({ min: 1, max: 5 }), async ({ logits, labels }, k) => {
        const expected = logits.filter((row, n) => {
          const order = row.map((_, c) => c).sort((a, b) => row[b] - row[a] || a - b)
          return order.indexOf(labels[n]) < k
        })
        expect(await topKCorrect(float64(logits), int32(labels), k).item()).toBe(expected.length)
      }),
      { numRuns: 50 },
    )
  })

  it('counts a row of NaN as wrong', async () => {
    expect(await topKCorrect(float64([[Number.NaN, Number.NaN]]), int32([0]), 1).item()).toBe(0)
  })
})
