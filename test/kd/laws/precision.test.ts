import { describe, expect, it } from 'vitest'
import { checkLaws } from '../../../kd/laws/index.ts'
import { lossObject } from '../../../kd/laws/loss.ts'
import { precisionOf } from '../../../kd/laws/precision.ts'
import { dtkd, kd, lossOf } from './mutants/plain.ts'

type Batch = Parameters<ReturnType<typeof lossOf>>

/** KD and DTKD, with a change of the value. */
const changed = (change: (value: number) => number) =>
  [kd, dtkd].map((parts) => lossObject((...batch: Batch) => change(lossOf(parts)(...batch))))

describe('the precision of a loss', () => {
  it.each([
    ['float64', 'left as it is', (value: number) => value],
    ['float32', 'rounded to float32', Math.fround],
    ['float64', 'rounded to six decimals', (value: number) => Number(value.toFixed(6))],
    ['float64', 'rounded to three digits', (value: number) => Number(value.toPrecision(3))],
    ['float64', 'rounded to multiples of 1/1024', (value: number) => Math.round(value * 1024) / 1024],
    ['float64', 'NaN', () => Number.NaN],
  ] as const)('should be %s for a value %s', async (precision, _, change) => {
    for (const loss of changed(change)) expect(await precisionOf(loss)).toBe(precision)
  })

  it('should not excuse a value that is rounded to decimals', async () => {
    const [loss] = changed((value) => Number(value.toFixed(6)))
    const { verdicts, guess } = await checkLaws(loss, 'kd', { laws: ['definition'], seed: 1 })
    expect(verdicts.map(({ outcome }) => outcome)).toEqual(['broken'])
    // Nor is its formula by another name a mistake.
    expect(guess).toBeUndefined()
  })
})
