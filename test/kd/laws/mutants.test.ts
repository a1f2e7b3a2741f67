import { describe, expect, it } from 'vitest'
import { checkLaws } from '../../../kd/laws/check.ts'
import { isBad } from '../../../kd/laws/verdict.ts'
import { mutants } from './mutants/index.ts'
import { survey } from './mutants/survey.ts'
import { plainLosses } from './plainLosses.ts'

const seeds = Array.from({ length: 10 }, (_, i) => i + 1)

describe('wrong losses', () => {
  it('should be many, each by one name', () => {
    expect(mutants.length).toBeGreaterThanOrEqual(163)
    expect(new Set(mutants.map(({ name }) => name)).size).toBe(mutants.length)
  })

  it.each(mutants)('should be caught by $law: $name', async (mutant) => {
    expect((await survey(mutant, seeds, mutant.law)).missed).toEqual([])
  })
})

describe('right losses', () => {
  it.each(plainLosses)('should pass: $name, $profile', async ({ profile, loss }) => {
    // Two solvers of equal sharpness, the loss's and the formula's, take twenty times as long as all else.
    const runs = profile.startsWith('dtkd-exact') ? 20 : 100
    for (const seed of seeds.slice(0, 2)) {
      const { verdicts } = await checkLaws(loss, profile, { runs, seed })
      expect(verdicts.filter(isBad).map(({ law, counterexample }) => [law.name, counterexample])).toEqual([])
    }
  })
})
