import { subjectOf } from '../../../../kd/laws/check.ts'
import { judge, lawsOf } from '../../../../kd/laws/judge.ts'
import { isBad } from '../../../../kd/laws/verdict.ts'
import type { Mutant } from './mutant.ts'

/** What catches a mutant. */
export interface Finding {
  readonly mutant: Mutant
  /** Laws that caught it with every seed, by name, and the cases that this took, the most of all seeds. */
  readonly caught: ReadonlyMap<string, number>
  /** Seeds with which the law that its author expects did not catch it. */
  readonly missed: readonly number[]
}

/** The number of cases that the kit tries where nobody says otherwise. */
const runs = 100

/** Laws that are broken, or declared broken and not shown to be, with the cases that this took. */
async function brokenLaws({ loss, profile }: Mutant, seed: number, only?: string) {
  const subject = await subjectOf(loss, profile)
  const broken = new Map<string, number>()
  for (const law of lawsOf(subject.profile)) {
    if (only !== undefined && law.name !== only) continue
    const verdict = await judge(law, subject, { runs, seed })
    if (isBad(verdict)) broken.set(law.name, verdict.counterexample?.runs ?? runs)
  }
  return broken
}

/** Holds a mutant to all laws of its profile, or to one, once for each seed. */
export async function survey(mutant: Mutant, seeds: readonly number[], only?: string): Promise<Finding> {
  const findings: Map<string, number>[] = []
  for (const seed of seeds) findings.push(await brokenLaws(mutant, seed, only))
  const inAll = [...findings[0].keys()].filter((name) => findings.every((finding) => finding.has(name)))
  const mostRuns = (name: string) => Math.max(...findings.map((finding) => finding.get(name)!))
  return {
    mutant,
    caught: new Map(inAll.map((name) => [name, mostRuns(name)])),
    missed: seeds.filter((_, i) => !findings[i].has(mutant.law)),
  }
}
