import { frameworkFor, howToWiden, seedOfTests, type TestFramework } from '../../base/laws/framework.ts'
import { type CheckOptions, chosenLaws, judge, missingPart, subjectOf } from './check.ts'
import type { ProfileFamily } from './defineProfile.ts'
import { diagnose } from './diagnosis/diagnosis.ts'
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
  describe(`laws of ${name} (${offered.profile.name}, seed ${seed})`, () => {
    for (const law of chosenLaws(offered.profile, laws)) {
      const register = missingPart(law, offered) ? it.skip : it
      register(`${law.name}: ${law.statement}`, async () => {
        const subject = await subjectOf(loss, profile, options)
        const verdict = await judge(law, subject, { runs, seed, path })
        if (!isBad(verdict)) return
        const cause = likelyCause([verdict], await diagnose(subject, [verdict]))
        const text = [formatVerdict(verdict, subject.profile), cause]
        if (seed === seedOfTests) text.push(howToWiden)
        throw new Error(text.join('\n'))
      })
    }
  })
}
