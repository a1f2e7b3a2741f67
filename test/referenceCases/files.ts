import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { type Corner, describeCorners } from './corners.ts'
import { type DtkdCase, describeDtkd, describeKdDkd, type KdDkdCase } from './losses.ts'
import { describeModel, type ModelCase } from './models.ts'
import { listNotRun, notRun } from './notRun.ts'
import { describeOptimizers, type OptimizerCase } from './optimizers.ts'
import type { Precision } from './precision.ts'
import { describeTrajectories, type TrajectoryRun } from './trajectories.ts'
import { describeVisionTransformer, type VisionTransformerRun } from './visionTransformer.ts'

/** Where numbers of other systems lie: any folder laid out as `test/reference`, see the README there. */
const folder = process.env.THERMOGRAD_REFERENCE ?? fileURLToPath(new URL('../reference', import.meta.url))

const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.json') && name !== 'float32.json')
  .sort()

/** By file, as `float32.py` writes them; none where it has not been run. */
const deviations: Record<string, never> = existsSync(join(folder, 'float32.json'))
  ? JSON.parse(readFileSync(join(folder, 'float32.json'), 'utf8'))
  : {}

/** Holds executors to every number in the folder. */
export function describeFiles(precisions: readonly Precision[]): void {
  it(`finds numbers in ${folder}`, () => {
    expect(files.length).toBeGreaterThan(0)
  })

  describe.each(files)('%s', (name) => {
    describeFile(name, JSON.parse(readFileSync(join(folder, name), 'utf8')), precisions)
  })

  listNotRun()
}

/** Elementwise kernels and folds are the same in every mode of an executor. */
function firstOfEachType(precisions: readonly Precision[]): Precision[] {
  return precisions.filter(
    ({ dtype }, i) => precisions.findIndex((precision) => precision.dtype === dtype) === i,
  )
}

/** Which kind of numbers a file holds shows in its keys. */
function describeFile(
  name: string,
  content: Record<string, unknown>,
  precisions: readonly Precision[],
): void {
  const { cases, corners, runs } = content as {
    cases?: Record<string, unknown>[]
    corners?: unknown[]
    runs?: unknown[]
  }
  const [first = {}] = cases ?? []
  if ('teacherTemperature' in first)
    describeDtkd(cases as unknown as DtkdCase[], precisions, deviations[name])
  else if ('tckd' in first) describeKdDkd(cases as unknown as KdDkdCase[], precisions, deviations[name])
  else if ('steps' in first) describeOptimizers(cases as unknown as OptimizerCase[], precisions)
  else if (corners !== undefined) describeCorners(corners as Corner[], firstOfEachType(precisions))
  else if (runs !== undefined) describeTrajectories(runs as TrajectoryRun[], precisions, deviations[name])
  else if ('visionTransformer' in content)
    describeVisionTransformer(content.visionTransformer as VisionTransformerRun, precisions)
  else if ('state_dict' in content)
    describeModel(content as unknown as ModelCase, precisions, deviations[name])
  else notRun(name, 'this file has none of the layouts that are known here')
}
