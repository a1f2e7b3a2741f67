import { expect, it } from 'vitest'
import { fuzz, operationNames } from './fuzz.ts'
import { judgesOf } from './judges.ts'
import { Tally } from './tally.ts'

it('should compute random calls as the reference does; npm run fuzz:operations tries more', async () => {
  const judges = await judgesOf('reference', 'wasm', 'gpujs-cpu')
  const tally = new Tally()
  const reports = await Array.fromAsync(fuzz({ operations: operationNames, runs: 4, seed: 1 }, judges, tally))
  expect(reports).toEqual([])
  expect(tally.compared).toBeGreaterThan(600)
})
