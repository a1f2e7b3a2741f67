import jStat from 'jstat'
import { arrayOf, check, finite, probability } from '../../base/arguments.ts'
import { demand } from '../../base/errors.ts'
import { mean, standardDeviation } from './statistics.ts'

/** The fewest pairs for which significance is tested. */
export const fewestPairs = 3

/** Percentages closer than this count as equal; one image in ten million is more. */
const rounding = 1e-6

/** Significance of the difference of two methods on the same seeds. */
export interface Significance {
  /** Number of pairs. */
  readonly count: number
  /** Mean of the differences. */
  readonly mean: number
  /** `undefined` for too few pairs. */
  readonly signFlipP?: number
  /** `undefined` for too few pairs, or if all differences are equal, for which the test is undefined. */
  readonly tTestP?: number | undefined
}

/** Applies both tests to paired differences. Throws if there are none. */
export function significanceOf(differences: readonly number[]): Significance {
  check('significanceOf', 'differences', differences, arrayOf(finite))
  const count = differences.length
  if (count < fewestPairs) return { count, mean: mean(differences) }
  return { count, mean: mean(differences), signFlipP: signFlipP(differences), tTestP: tTestP(differences) }
}

/**
 * Student's paired t-test, two-sided: the probability of a mean at least as far from zero, if the differences are normal
 * with mean zero. t = d̄ / (s / √n) with n − 1 degrees of freedom. Agrees with SciPy's `ttest_rel`; returns `undefined` if
 * all differences are equal, because then s is zero.
 */
export function tTestP(differences: readonly number[]): number | undefined {
  check('tTestP', 'differences', differences, arrayOf(finite))
  const deviation = standardDeviation(differences)
  if (areEqual(differences)) return undefined
  const t = mean(differences) / (deviation / Math.sqrt(differences.length))
  // The distribution is symmetric; in the lower tail no digits are lost.
  return Math.min(1, 2 * jStat.studentt.cdf(-Math.abs(t), differences.length - 1))
}

/**
 * Fisher's exact permutation test of pairs, two-sided: the fraction of all 2ⁿ sign assignments of the differences whose
 * sum is at least as far from zero as the observed sum. It assumes only that a difference is as likely as its negative.
 * It is never below 2 / 2ⁿ: with five pairs, 0.0625. Agrees with SciPy's `permutation_test` of type `samples`.
 */
export function signFlipP(differences: readonly number[]): number {
  check('signFlipP', 'differences', differences, arrayOf(finite))
  demand(differences.length > 0, () => 'sign-flip test: expected at least one difference, got none')
  // Builds the distribution of the sum one difference at a time. Equal sums are merged, so that for many pairs of image
  // counts the cost is bounded by the range of the sums.
  let shares = new Map([[0, 1]])
  for (const difference of differences) {
    const next = new Map<number, number>()
    for (const [sum, share] of shares) {
      for (const flipped of [sum + difference, sum - difference]) {
        const key = Number(flipped.toFixed(9))
        next.set(key, (next.get(key) ?? 0) + share / 2)
      }
    }
    shares = next
  }
  const observed = Math.abs(differences.reduce((sum, value) => sum + value, 0)) - rounding
  return [...shares].reduce((p, [sum, share]) => (Math.abs(sum) >= observed ? p + share : p), 0)
}

/**
 * Holm's correction for multiple tests (Scandinavian Journal of Statistics 6, 1979): adjusted p-values, which control the
 * probability of one or more false positives among all tests. Agrees with R's `p.adjust(p, 'holm')`.
 */
export function holm(pValues: readonly number[]): number[] {
  check('holm', 'pValues', pValues, arrayOf(probability))
  const ascending = pValues.map((_, index) => index).sort((a, b) => pValues[a] - pValues[b])
  const adjusted: number[] = []
  let highest = 0
  for (const [rank, index] of ascending.entries()) {
    highest = Math.max(highest, Math.min(1, (pValues.length - rank) * pValues[index]))
    adjusted[index] = highest
  }
  return adjusted
}

function areEqual(values: readonly number[]): boolean {
  return values.every((value) => Math.abs(value - values[0]) < rounding)
}
