import { demand } from '../../engine/errors.ts'
import { type CheckOptions, judge, lawsOf, missingPart, subjectOf } from './check.ts'
import { diagnose } from './diagnosis/diagnosis.ts'
import { type HostLoss, lossObject } from './loss.ts'
import { type ProfileName, profileOf } from './profiles.ts'
import { formatVerdict, likelyCause } from './report.ts'
import { isBad } from './verdict.ts'

/** Loaded only where there is one to register tests with: who calls `checkLaws` needs no vitest. */
const vitest = process.env['VITEST'] ? await import('vitest') : undefined

/**
 * Registers a vitest test for each law of a profile: that it holds, or, for one that the profile declares broken, that
 * it is. A law for which the loss offers too little is skipped.
 */
export function describeLaws(
  name: string,
  loss: HostLoss,
  profile: ProfileName,
  { runs = 100, seed = Date.now() % 2 ** 31, temperature }: CheckOptions = {},
): void {
  demand(vitest !== undefined, () => 'describeLaws: expected to run under vitest; elsewhere call checkLaws')
  const { describe, expect, it } = vitest
  const offered = { loss: lossObject(loss), profile: profileOf(profile, temperature) }
  describe(`laws of ${name} (${profile}, seed ${seed})`, () => {
    for (const law of lawsOf(offered.profile)) {
      it.skipIf(missingPart(law, offered))(`${law.name}: ${law.statement}`, async () => {
        const subject = await subjectOf(loss, profile, temperature)
        const verdict = await judge(law, subject, { runs, seed })
        if (!isBad(verdict)) return
        const cause = likelyCause([verdict], await diagnose(subject, [verdict]))
        expect.fail(`${formatVerdict(verdict, subject.profile)}\n${cause}`)
      })
    }
  })
}
