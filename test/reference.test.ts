import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { type DtkdCase, describeDtkd, describeKdDkd, type KdDkdCase } from './referenceCases/losses.ts'
import { describeModel, type ModelCase } from './referenceCases/models.ts'
import { listNotRun, notRun } from './referenceCases/notRun.ts'
import { describeOptimizers, type OptimizerCase } from './referenceCases/optimizers.ts'
import { describeTrajectories, type TrajectoryRun } from './referenceCases/trajectories.ts'

/** Where numbers of other systems lie: any folder laid out as `test/reference`, see the README there. */
const folder = process.env.THERMOGRAD_REFERENCE ?? fileURLToPath(new URL('./reference', import.meta.url))

const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.json'))
  .sort()

/** Which kind of numbers a file holds shows in its keys. */
function describeFile(name: string, content: Record<string, unknown>): void {
  const { cases, runs } = content as { cases?: Record<string, unknown>[]; runs?: unknown[] }
  const [first = {}] = cases ?? []
  if ('teacherTemperature' in first) describeDtkd(cases as unknown as DtkdCase[])
  else if ('tckd' in first) describeKdDkd(cases as unknown as KdDkdCase[])
  else if ('steps' in first) describeOptimizers(cases as unknown as OptimizerCase[])
  else if (runs !== undefined) describeTrajectories(runs as TrajectoryRun[])
  else if ('state_dict' in content) describeModel(content as unknown as ModelCase)
  else notRun(name, 'this file has none of the layouts that are known here')
}

it(`finds numbers in ${folder}`, () => {
  expect(files.length).toBeGreaterThan(0)
})

describe.each(files)('%s', (name) => {
  describeFile(name, JSON.parse(readFileSync(join(folder, name), 'utf8')))
})

listNotRun()
