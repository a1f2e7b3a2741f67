import { check, finite, type Rule } from '../../base/arguments.ts'
import { holm, type Significance, significanceOf } from './significance.ts'

/** Difference in top-1 of two methods on one pair of networks: second minus first, in points, over their common seeds. */
export interface Difference extends Significance {
  readonly first: string
  readonly second: string
  /** The p-values corrected by Holm's method for all differences of the pair. */
  readonly correctedSignFlipP?: number | undefined
  readonly correctedTTestP?: number | undefined
}

const methodsRule: Rule = {
  expected: "a Map of each method's top-1, Maps of finite numbers by seed",
  allows: (value) =>
    value instanceof Map &&
    [...value.values()].every(
      (bySeed) => bySeed instanceof Map && [...bySeed.values()].every((top1) => finite.allows(top1)),
    ),
}

/** Compares all pairs of methods, given each method's top-1 by seed. Pairs without a common seed are left out. */
export function differencesBetween(methods: ReadonlyMap<string, ReadonlyMap<number, number>>): Difference[] {
  check('differencesBetween', 'methods', methods, methodsRule)
  const entries = [...methods]
  const differences = entries.flatMap(([first, before], index) =>
    entries.slice(index + 1).flatMap(([second, after]) => {
      const shared = [...before.keys()].filter((seed) => after.has(seed))
      if (shared.length === 0) return []
      return [
        { first, second, ...significanceOf(shared.map((seed) => after.get(seed)! - before.get(seed)!)) },
      ]
    }),
  )
  const signFlip = corrected(differences.map(({ signFlipP }) => signFlipP))
  const tTest = corrected(differences.map(({ tTestP }) => tTestP))
  return differences.map((difference, index) => ({
    ...difference,
    correctedSignFlipP: signFlip[index],
    correctedTTestP: tTest[index],
  }))
}

/** Applies Holm's correction to the p-values that are defined. */
function corrected(pValues: readonly (number | undefined)[]): (number | undefined)[] {
  const made = holm(pValues.filter((p) => p !== undefined))
  return pValues.map((p) => (p === undefined ? undefined : made.shift()))
}
