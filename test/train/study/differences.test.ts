import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { differencesBetween, holm } from '../../../train/index.ts'

/** Top-1 of five seeds: the table of digits in the README. */
const digits = new Map([
  ['alone', bySeed([89.72, 85.56, 92.78, 90.0, 89.44])],
  ['kd', bySeed([93.06, 94.17, 97.22, 94.72, 93.06])],
  ['dtkd', bySeed([94.17, 95.56, 96.67, 93.61, 93.61])],
])

function bySeed(values: readonly number[]): Map<number, number> {
  return new Map(values.entries())
}

describe('the differences between methods', () => {
  it('should be those that SciPy 1.17 finds', () => {
    // ttest_rel and permutation_test(permutation_type='samples', n_resamples=inf), two-sided; corrected by hand.
    const expected = [
      ['alone', 'kd', 4.946, 0.0625, 0.006500507329457996, 0.1875, 3 * 0.006500507329457996],
      ['alone', 'dtkd', 5.224, 0.0625, 0.012200679680183431, 0.1875, 2 * 0.012200679680183431],
      ['kd', 'dtkd', 0.278, 0.6875, 0.5937924872268954, 0.6875, 0.5937924872268954],
    ] as const
    const differences = differencesBetween(digits)
    expect(differences).toHaveLength(3)
    for (const [i, [first, second, mean, signFlip, tTest, signFlipHolm, tTestHolm]] of expected.entries()) {
      const difference = differences[i]
      expect(difference).toMatchObject({ first, second, count: 5 })
      expect(difference.mean).toBeCloseTo(mean, 10)
      expect(difference.signFlipP).toBe(signFlip)
      expect(difference.tTestP).toBeCloseTo(tTest, 8)
      expect(difference.correctedSignFlipP).toBe(signFlipHolm)
      expect(difference.correctedTTestP).toBeCloseTo(tTestHolm, 8)
    }
  })

  it('should be paired by seed, in whatever order the runs ended', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([0, 1, 2, 3, 4], { minLength: 5 }), (order) => {
        const shuffled = new Map(
          [...digits].map(([method, values]) => [
            method,
            new Map(order.map((seed) => [seed, values.get(seed)!])),
          ]),
        )
        for (const [i, { tTestP, signFlipP }] of differencesBetween(shuffled).entries()) {
          expect(tTestP).toBeCloseTo(differencesBetween(digits)[i].tTestP!, 12)
          expect(signFlipP).toBe(differencesBetween(digits)[i].signFlipP)
        }
      }),
    )
  })

  it('should use the seeds that both methods have', () => {
    const [difference] = differencesBetween(
      new Map([
        [
          'kd',
          new Map([
            [1, 70],
            [2, 71],
            [4, 75],
          ]),
        ],
        [
          'dtkd',
          new Map([
            [2, 73],
            [3, 90],
            [4, 76],
          ]),
        ],
      ]),
    )
    expect(difference).toMatchObject({ count: 2, mean: 1.5 })
    expect(difference.signFlipP).toBeUndefined()
  })

  it('should leave out methods that share no seed, and correct only for tests that were made', () => {
    const differences = differencesBetween(
      new Map([
        ...digits,
        ['at', new Map([[9, 50]])],
        [
          'sp',
          new Map([
            [0, 50],
            [1, 51],
          ]),
        ],
      ]),
    )
    expect(differences.map(({ first, second }) => `${first} ${second}`)).toEqual([
      'alone kd',
      'alone dtkd',
      'alone sp',
      'kd dtkd',
      'kd sp',
      'dtkd sp',
    ])
    const made = differences.filter(({ count }) => count === 5)
    expect(made.map(({ correctedTTestP }) => correctedTTestP)).toEqual(
      holm(made.map(({ tTestP }) => tTestP!)),
    )
    expect(differences[2]).toMatchObject({ correctedTTestP: undefined, correctedSignFlipP: undefined })
  })
})
