import { expect, it } from 'vitest'
import { fuzz, operationNames } from './fuzz.ts'
import { judgesOf } from './judges.ts'
import type { OperationName } from './subjects/index.ts'
import { Tally } from './tally.ts'

/** Operations with faults that the fuzzer finds and that are not mended. */
const faulty: ReadonlySet<OperationName> = new Set([
  'amin',
  'averagePool2d',
  'adaptiveAveragePool2d',
  'conv2d',
  'matmul',
  'maxPool2d',
  'min',
])

it('should compute random calls as the reference does; npm run fuzz:operations tries more', async () => {
  const operations = operationNames.filter((name) => !faulty.has(name))
  const judges = await judgesOf('reference', 'wasm', 'gpujs-cpu')
  const tally = new Tally()
  const reports = await fuzz({ operations, runs: 4, seed: 1 }, judges, tally)
  expect(reports).toEqual([])
  expect(tally.compared).toBeGreaterThan(500)
})
