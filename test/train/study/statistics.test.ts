import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { summarize } from '../../../train/index.ts'

const mean = (values: readonly number[]) => summarize(values).mean
const deviation = (values: readonly number[]) => summarize(values).deviation!

const top1 = fc.integer({ min: 0, max: 10_000 }).map((count) => count / 100)

describe('mean and deviation of a sample', () => {
  it('should be known ones', () => {
    // Worked by hand: the squares of −3, −1, −1, −1, 0, 0, 2, 4 sum to 32, and there are eight numbers.
    const values = [2, 4, 4, 4, 5, 5, 7, 9]
    expect(mean(values)).toBe(5)
    expect(deviation(values)).toBeCloseTo(Math.sqrt(32 / 7), 14)
  })

  it('should follow a shift and a change of unit', () => {
    fc.assert(
      fc.property(fc.array(top1, { minLength: 2, maxLength: 12 }), top1, (values, shift) => {
        const moved = values.map((value) => shift - 2 * value)
        expect(mean(moved)).toBeCloseTo(shift - 2 * mean(values), 9)
        expect(deviation(moved)).toBeCloseTo(2 * deviation(values), 9)
      }),
    )
  })

  it('should have the variance that all pairs have: half the mean square of their differences', () => {
    fc.assert(
      fc.property(fc.array(top1, { minLength: 2, maxLength: 12 }), (values) => {
        const squares = values.flatMap((a, i) => values.slice(i + 1).map((b) => (a - b) ** 2))
        expect(deviation(values) ** 2).toBeCloseTo(mean(squares) / 2, 6)
      }),
    )
  })

  it('should have no deviation for one number, and nothing for none', () => {
    expect(summarize([71.5])).toEqual({ count: 1, mean: 71.5, deviation: undefined })
    expect(() => summarize([])).toThrow('mean: expected at least one number, got none')
  })
})
