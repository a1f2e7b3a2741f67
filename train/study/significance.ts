import jStat from 'jstat'
import { arrayOf, check, finite, probability } from '../../base/arguments.ts'
import { demand } from '../../base/errors.ts'
import { mean, standardDeviation } from './statistics.ts'

/** Fewer pairs than this say nothing about significance. */
export const fewestPairs = 3

/** Percentages that are closer than this are equal. One image in ten million is more. */
const rounding = 1e-6

/** Two methods on the same seeds: whether their difference is more than chance. */
export interface Significance {
  /** How many pairs there are. */
  readonly count: number
  /** Of the differences. */
  readonly mean: number
  /** None where there are too few pairs. */
  readonly signFlipP?: number
  /** None where there are too few pairs, or all differences are equal: then the test is not defined. */
  readonly tTestP?: number
}

/** Both tests on the differences of pairs. Throws where there is no pair. */
export function significanceOf(differences: readonly number[]): Significance {
  check('significanceOf', 'differences', differences, arrayOf(finite))
  const count = differences.length
  if (count < fewestPairs) return { count, mean: mean(differences) }
  return { count, mean: mean(differences), signFlipP: signFlipP(differences), tTestP: tTestP(differences) }
}

/**
 * Student's paired t-test, two-sided: how probable a mean at least as far from zero is, if the differences are normal
 * with mean zero. t = d̄ / (s / √n) with n − 1 degrees of freedom. Agrees with SciPy's `ttest_rel`; nothing where all
 * differences are equal, for then s is zero.
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
 * Fisher's exact permutation test of pairs, two-sided: the share of all 2ⁿ choices of signs for the differences whose
 * sum is at least as far from zero as the sum at hand. It assumes only that a difference is as likely as its negative.
 * It is never below 2 / 2ⁿ: with five pairs, 0.0625. Agrees with SciPy's `permutation_test` of type `samples`.
 */
export function signFlipP(differences: readonly number[]): number {
  check('signFlipP', 'differences', differences, arrayOf(finite))
  demand(differences.length > 0, () => 'sign-flip test: expected at least one difference, got none')
  // The distribution of the sum, a difference at a time. Sums that meet again are counted once, so that many pairs of
  // counts of images cost no more than their range.
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
 * Holm's correction for several tests of one question (Scandinavian Journal of Statistics 6, 1979): what each p-value must
 * be taken for, so that the chance of one or more false alarms among all stays below what is read off. Agrees with R's
 * `p.adjust(p, 'holm')`.
 */
export function holm(pValues: readonly number[]): number[] {
  check('holm', 'pValues', pValues, arrayOf(probability))
  const ascending = pValues.map((_, place) => place).sort((a, b) => pValues[a] - pValues[b])
  const adjusted: number[] = []
  let highest = 0
  for (const [rank, place] of ascending.entries()) {
    highest = Math.max(highest, Math.min(1, (pValues.length - rank) * pValues[place]))
    adjusted[place] = highest
  }
  return adjusted
}

function areEqual(values: readonly number[]): boolean {
  return values.every((value) => Math.abs(value - values[0]) < rounding)
}
