import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { holm, signFlipP, significanceOf, summarize, tTestP } from '../../../train/index.ts'

/** Differences of top-1 on 360 test images. */
const differencesArb = (minLength: number, maxLength: number) =>
  fc.array(
    fc.integer({ min: -40, max: 40 }).map((images) => (100 * images) / 360),
    { minLength, maxLength },
  )

/** So many differences whose t is the given one. */
function differencesWith(t: number, count: number): number[] {
  const raw = Array.from({ length: count }, (_, i) => Math.sin(3 * i) + i / count)
  const { mean, deviation } = summarize(raw)
  return raw.map((value) => (value - mean) / deviation! + t / Math.sqrt(count))
}

describe('the paired t-test', () => {
  // Two-sided 5 % and 1 % points of Student's t, from the table in every textbook.
  it.each([
    [2, 4.3027, 9.9248],
    [4, 2.7764, 4.6041],
    [9, 2.2622, 3.2498],
    [29, 2.0452, 2.7564],
  ])('should know the quantiles for %i degrees of freedom', (degrees, fivePercent, onePercent) => {
    expect(tTestP(differencesWith(fivePercent, degrees + 1))).toBeCloseTo(0.05, 5)
    expect(tTestP(differencesWith(-onePercent, degrees + 1))).toBeCloseTo(0.01, 5)
  })

  it('should be what the distribution says in closed form for three and five pairs', () => {
    fc.assert(
      fc.property(fc.double({ min: -50, max: 50, noNaN: true }), (t) => {
        const three = 1 - Math.abs(t) / Math.sqrt(t ** 2 + 2)
        expect(tTestP(differencesWith(t, 3))).toBeCloseTo(three, 6)
        const share = 1 + t ** 2 / 4
        const five = 1 - (3 / 4) * (Math.abs(t) / Math.sqrt(share)) * (1 - t ** 2 / (12 * share))
        expect(tTestP(differencesWith(t, 5))).toBeCloseTo(five, 6)
      }),
    )
  })

  it('should not be defined where all differences are equal', () => {
    expect(tTestP([0.3, 0.3, 0.1 + 0.2])).toBeUndefined()
    expect(tTestP([0, 0, 0])).toBeUndefined()
    expect(() => tTestP([1])).toThrow('standard deviation: expected at least two numbers, got 1')
  })
})

describe('the sign-flip test', () => {
  it('should count all choices of signs', () => {
    fc.assert(
      fc.property(differencesArb(1, 9), (differences) => {
        const sums = differences.reduce(
          (sums, difference) => sums.flatMap((sum) => [sum + difference, sum - difference]),
          [0],
        )
        const observed = Math.abs(sums[0])
        const asFar = sums.filter((sum) => Math.abs(sum) > observed - 1e-9)
        expect(signFlipP(differences)).toBeCloseTo(asFar.length / 2 ** differences.length, 12)
      }),
    )
  })

  it('should not care for the order, the unit, or which method is named first', () => {
    fc.assert(
      fc.property(differencesArb(1, 12), (differences) => {
        const p = signFlipP(differences)
        expect(signFlipP(differences.toReversed())).toBe(p)
        expect(signFlipP(differences.map((difference) => -difference))).toBe(p)
        expect(signFlipP(differences.map((difference) => 360 * difference))).toBeCloseTo(p, 12)
      }),
    )
  })

  it('should find two choices in 2ⁿ where all differences point one way, and all where there are none', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 99 }), { minLength: 1, maxLength: 60 }),
        (differences) => {
          expect(signFlipP(differences)).toBe(2 / 2 ** differences.length)
        },
      ),
    )
    expect(signFlipP([0, 0, 0, 0])).toBe(1)
  })
})

describe('both tests', () => {
  it('should say nothing where there are too few pairs', () => {
    expect(significanceOf([1, 2])).toEqual({ count: 2, mean: 1.5 })
  })

  it('should agree about a clear difference', () => {
    const { signFlipP, tTestP, ...about } = significanceOf([1, 1.5, 1.25, 0.75, 1, 1.5])
    expect(about).toEqual({ count: 6, mean: 7 / 6 })
    expect(signFlipP).toBe(1 / 32)
    expect(tTestP).toBeLessThan(0.001)
  })
})

describe("Holm's correction", () => {
  it('should be a known one', () => {
    // The smallest of four counts four times, the next three times, and none less than the one before.
    expect(holm([0.01, 0.04, 0.03, 0.005])).toEqual([0.03, 0.06, 0.06, 0.02])
  })

  it('should reject what the stepwise procedure rejects, at every level', () => {
    const pArb = fc.integer({ min: 0, max: 1000 }).map((share) => share / 1000)
    fc.assert(
      fc.property(
        fc.array(pArb, { minLength: 1, maxLength: 8 }),
        fc.double({ min: 1e-4, max: 0.9999, noNaN: true }),
        (pValues, level) => {
          const ascending = pValues.toSorted((a, b) => a - b)
          const kept = ascending.findIndex((p, rank) => p * (pValues.length - rank) > level)
          const rejected = kept < 0 ? pValues.length : kept
          expect(holm(pValues).filter((p) => p <= level)).toHaveLength(rejected)
        },
      ),
    )
  })

  it('should keep the order and leave a single test alone', () => {
    expect(holm([0.2])).toEqual([0.2])
    expect(holm([])).toEqual([])
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 8 }), (pValues) => {
        const adjusted = holm(pValues)
        for (const [i, p] of pValues.entries()) {
          expect(adjusted[i]).toBeGreaterThanOrEqual(p)
          for (const [j, other] of pValues.entries())
            if (p < other) expect(adjusted[i]).toBeLessThanOrEqual(adjusted[j])
        }
      }),
    )
  })
})
