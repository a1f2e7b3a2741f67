import { expect, it } from 'vitest'
import { checkLaws } from '../../../kd/laws/index.ts'
import { isBad } from '../../../kd/laws/verdict.ts'
import mdistillerDkd from './docs/mdistillerDkd.ts'

it.each([1, 2])(
  "should find mdistiller's DKD wrong where a target leads by thousands, and only there: seed %i",
  async (seed) => {
    const { verdicts } = await checkLaws(mdistillerDkd, 'dkd', { runs: 30, seed })
    expect(verdicts.filter(isBad).map(({ law }) => law.name)).toEqual([
      'definition-at-extremes',
      'finite-at-extremes',
    ])
  },
)
