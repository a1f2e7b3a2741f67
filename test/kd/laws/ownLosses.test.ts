import { describe, expect, it } from 'vitest'
import { type Executor, openExecutor } from '../../../engine/index.ts'
import { checkLaws, formatReport, type OwnLossName, ownLosses, ownLossNames } from '../../../kd/laws/index.ts'

/** Enough for all laws to find what they look for; `npm run laws:long` tries many more. */
const trial = { runs: 5, seed: 1 }

describe.each(['reference', 'wasm'])('thermograd’s losses on the %s executor', (device) => {
  const executor: Promise<Executor> = openExecutor(device).then((choice) => choice.executor)

  it.each(ownLossNames)('should obey the laws of %s', async (name: OwnLossName) => {
    const report = await checkLaws(ownLosses(await executor)[name], name, trial)
    if (!report.holds) expect.fail(formatReport(report))
    expect(report.precision).toBe(device === 'reference' ? 'float64' : 'float32')
  })

  it('should leave few laws untested', async () => {
    const report = await checkLaws(ownLosses(await executor).dtkd, 'dtkd', { ...trial, runs: 1 })
    const untested = report.verdicts.filter(({ outcome }) => outcome === 'not tested')
    expect(untested.map(({ law }) => law.name)).toEqual(['per-sample'])
  })
})
