import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { grad, logSoftmax, logSumExp, softmax, sum } from '../../engine/index.ts'
import { float64, numbers } from './numbers.ts'

/** For rows of logits of any size up to 10⁴. */
const logits = fc.array(
  fc.oneof(
    fc.double({ min: -1e4, max: 1e4, noNaN: true }),
    fc.double({ min: -5, max: 5, noNaN: true }),
    fc.constantFrom(0, 1e4, -1e4),
  ),
  { minLength: 1, maxLength: 8 },
)

describe('softmax and logSumExp', () => {
  it('should sum to one, be at least 0, and be ordered as the logits', () =>
    fc.assert(
      fc.asyncProperty(logits, async (row) => {
        const weights = await numbers(softmax(float64(row)))
        expect(weights.reduce((sum, weight) => sum + weight)).toBeCloseTo(1, 12)
        weights.forEach((weight, i) => {
          expect(weight).toBeGreaterThanOrEqual(0)
          row.forEach((logit, j) => {
            if (logit <= row[i]) expect(weights[j]).toBeLessThanOrEqual(weight)
          })
        })
      }),
    ))

  it('should lie between the maximum and the maximum plus ln n', () =>
    fc.assert(
      fc.asyncProperty(logits, async (row) => {
        const [value] = await numbers(logSumExp(float64(row)))
        expect(value).toBeGreaterThanOrEqual(Math.max(...row))
        expect(value).toBeLessThanOrEqual(Math.max(...row) + Math.log(row.length) + 1e-11)
      }),
    ))

  it('should shift with the logits', () =>
    fc.assert(
      fc.asyncProperty(logits, fc.integer({ min: -1000, max: 1000 }), async (row, shift) => {
        const x = float64(row)
        const [before] = await numbers(logSumExp(x))
        const [after] = await numbers(logSumExp(x.add(shift)))
        expect(after - shift).toBeCloseTo(before, 8)
        const moved = await numbers(softmax(x.add(shift)))
        expect(moved).toEqual((await numbers(softmax(x))).map((weight) => expect.closeTo(weight, 8)))
      }),
    ))

  it('should take logSoftmax for x − logSumExp(x), and its exponential for softmax', () =>
    fc.assert(
      fc.asyncProperty(logits, async (row) => {
        const x = float64(row)
        const logarithms = await numbers(logSoftmax(x))
        const expected = await numbers(x.subtract(logSumExp(x)))
        expect(logarithms).toEqual(expected.map((value) => expect.closeTo(value, 8)))
        const weights = await numbers(softmax(x))
        expect(logarithms.map(Math.exp)).toEqual(weights.map((weight) => expect.closeTo(weight, 12)))
      }),
    ))

  it('should have softmax for the gradient of logSumExp, finite at any logits', () =>
    fc.assert(
      fc.asyncProperty(logits, async (row) => {
        const x = float64(row)
        const [gradient] = grad(logSumExp(x), [x])
        const weights = await numbers(softmax(x))
        expect(await numbers(gradient)).toEqual(weights.map((weight) => expect.closeTo(weight, 12)))
      }),
    ))

  it('should be exact where all logits are equal', () =>
    fc.assert(
      fc.asyncProperty(
        fc.constantFrom(0, 1e4, -1e4, 3.25),
        fc.integer({ min: 1, max: 9 }),
        async (logit, n) => {
          const x = float64(Array(n).fill(logit))
          expect(await numbers(softmax(x))).toEqual(Array(n).fill(1 / n))
          expect((await numbers(logSumExp(x)))[0]).toBeCloseTo(logit + Math.log(n), 11)
        },
      ),
    ))

  it('should go to the limits with infinite logits', async () => {
    const masked = float64([0, -Infinity, 0])
    expect(await numbers(softmax(masked))).toEqual([0.5, 0, 0.5])
    expect(await numbers(logSoftmax(masked))).toEqual([-Math.LN2, -Infinity, -Math.LN2])
    expect(await numbers(logSumExp(masked))).toEqual([Math.LN2])
    expect(await numbers(grad(logSumExp(masked), [masked])[0])).toEqual([0.5, 0, 0.5])
    expect(await numbers(logSumExp(float64([-Infinity, -Infinity])))).toEqual([-Infinity])
    expect(await numbers(logSumExp(float64([Infinity, 0])))).toEqual([Infinity])
    expect(await numbers(softmax(float64([-Infinity, -Infinity])))).toEqual([Number.NaN, Number.NaN])
    expect(await numbers(logSumExp(float64([Number.NaN, 0])))).toEqual([Number.NaN])
  })

  it('should keep the digits of a large and a small logit apart', async () => {
    const x = float64([1e4, -1e4])
    expect(await numbers(softmax(x))).toEqual([1, 0])
    expect(await numbers(logSoftmax(x))).toEqual([0, -2e4])
    const [gradient] = grad(sum(logSoftmax(x)), [x])
    expect(await numbers(gradient)).toEqual([-1, 1])
  })
})
