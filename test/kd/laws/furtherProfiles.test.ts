import { describe, expect, it } from 'vitest'
import { checkLaws, formatReport, type ProfileName, profileNames } from '../../../kd/laws/index.ts'
import { ownLossNames } from '../../../kd/laws/ownLosses.ts'
import { furtherLosses } from './furtherLosses.ts'

const further = profileNames.filter((name) => !ownLossNames.some((own) => own === name))

describe.each(further)('the profile %s', (name: ProfileName) => {
  it('should hold for a right loss, and break its laws by design', async () => {
    for (const seed of [1, 2]) {
      const report = await checkLaws(furtherLosses[name].right, name, { runs: 15, seed })
      if (!report.holds) expect.fail(formatReport(report))
    }
  })

  it('should catch a wrong loss', async () => {
    const { verdicts } = await checkLaws(furtherLosses[name].wrong, name, { runs: 20, seed: 1 })
    const broken = verdicts.filter(({ outcome }) => outcome === 'broken').map(({ law }) => law.name)
    expect(broken).toContain('definition')
  })
})
