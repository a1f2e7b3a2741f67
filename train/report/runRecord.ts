import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { demand, InvalidInputError } from '../../engine/errors.ts'
import { readJson } from '../../files/json.ts'
import type { Confusions } from '../loop/confusions.ts'
import type { EpochMetrics } from '../loop/observer.ts'
import { isLocked } from '../runFolder/lock.ts'
import type { RunConfig } from '../runFolder/runConfig.ts'
import { type RunResult, resultIn } from '../runFolder/runFolder.ts'
import type { NamedFolder } from './findRuns.ts'

/** What the folder of a run says of it, at whatever point the run is. */
export interface RunRecord {
  readonly name: string
  readonly config: RunConfig
  /** In YAML. */
  readonly recipe?: string
  readonly epochs: readonly EpochMetrics[]
  readonly state: 'finished' | 'running' | 'stopped'
  /** Once it has finished. */
  readonly result?: RunResult
  readonly confusions?: Confusions
}

/** Reads the folder of a run. Throws where a file in it is damaged or of something else. */
export async function readRun({ name, path }: NamedFolder): Promise<RunRecord> {
  const config = (await readJson(join(path, 'config.json'))) as Partial<RunConfig>
  for (const key of ['model', 'method', 'dataset', 'recipe', 'environment'] as const)
    demand(
      config[key] !== undefined,
      () => `${join(path, 'config.json')}: expected what a run was begun with, but it has no ${key}`,
    )
  const result = await resultIn(path)
  const unfinished = async () => ((await isLocked(path)) ? ('running' as const) : ('stopped' as const))
  return {
    name,
    config: config as RunConfig,
    recipe: await textIn(join(path, 'recipe.yaml')),
    epochs: epochsIn(join(path, 'metrics.jsonl'), (await textIn(join(path, 'metrics.jsonl'))) ?? ''),
    state: result === undefined ? await unfinished() : 'finished',
    result,
    confusions: (await readJson(join(path, 'confusions.json'))) as Confusions | undefined,
  }
}

/** Nothing where there is no such file. */
async function textIn(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw new InvalidInputError(`${path}: cannot read this file (${error.message})`)
  })
}

/** The epochs on the lines of a file. A last line without an end is one that is being written. */
function epochsIn(path: string, text: string): EpochMetrics[] {
  const lines = text.split('\n').slice(0, -1)
  return lines.map((line, place) => {
    try {
      const metrics: Partial<EpochMetrics> = JSON.parse(line)
      if (typeof metrics?.epoch !== 'number' || metrics.test === undefined) throw new Error('it is none')
      return metrics as EpochMetrics
    } catch (error) {
      throw new InvalidInputError(
        `${path}: line ${place + 1}: expected an epoch's metrics (${(error as Error).message})`,
      )
    }
  })
}
