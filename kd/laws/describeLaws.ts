import { frameworkFor, howToWiden, seedOfTests, type TestFramework } from '../../base/laws/framework.ts'
import type { LossLaw } from './catalogue/lossLaw.ts'
import { type CheckOptions, chosenLaws, subjectOf } from './check.ts'
import type { ProfileFamily } from './defineProfile.ts'
import { Examination } from './examination.ts'
import { missingPart } from './judge.ts'
import { type HostLoss, lossObject } from './loss.ts'
import { type ProfileName, profileOf } from './profiles.ts'
import { formatVerdict, likelyCause } from './report.ts'
import { isBad } from './verdict.ts'

export interface DescribeOptions extends CheckOptions {
  /** Default: 1, so that a test draws the same cases in each run. `Date.now()` draws new ones each time. */
  readonly seed?: number | undefined
  /** Registers the tests, such as `{ describe, it }` of node:test. Default: vitest's, or the globals of Jest and mocha. */
  readonly framework?: TestFramework | undefined
}

/**
 * Registers a test for each law of a profile: that it holds or, if the profile declares it broken, that it is
 * broken. A law is skipped if the loss lacks the part it needs.
 */
export function describeLaws(
  name: string,
  loss: HostLoss,
  profile: ProfileName | ProfileFamily,
  { runs = 100, seed = seedOfTests, laws, framework, replay: path, ...options }: DescribeOptions = {},
): void {
  const { describe, it } = frameworkFor('describeLaws', 'checkLaws', framework)
  const offered = { loss: lossObject(loss), profile: profileOf(profile, options.temperature) }
  let examination: Promise<Examination> | undefined
  const examined = async () => new Examination(await subjectOf(loss, profile, options), { runs, seed, path })
  let isObstacleTold = false
  /** What is wrong with the loss according to a law, if anything; an obstacle to all laws is told once. */
  const complaintOf = async (law: LossLaw) => {
    examination ??= examined()
    const all = await examination
    const { profile } = all.subject
    const verdict = await all.verdictOf(law)
    if (all.obstacle && !isObstacleTold) {
      isObstacleTold = true
      return formatVerdict(all.obstacle, profile)
    }
    if (verdict.outcome === 'not tested') return `not tested: ${verdict.reason}`
    if (!isBad(verdict)) return undefined
    return `${formatVerdict(verdict, profile)}\n${likelyCause([verdict], await all.guess([verdict]))}`
  }
  describe(`laws of ${name} (${offered.profile.name}, seed ${seed})`, () => {
    for (const law of chosenLaws(offered.profile, laws)) {
      const register = missingPart(law, offered) ? it.skip : it
      register(`${law.name}: ${law.statement}`, async () => {
        const complaint = await complaintOf(law)
        if (complaint === undefined) return
        throw new Error(seed === seedOfTests ? `${complaint}\n${howToWiden}` : complaint)
      })
    }
  })
}
