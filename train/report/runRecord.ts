import { join } from 'node:path'
import type { z } from 'zod'
import { demand, InvalidInputError } from '../../base/errors.ts'
import { readTextIfThere } from '../../base/files/regularFile.ts'
import { demandFittingAt } from '../../base/files/schemaMistakes.ts'
import type { Confusions } from '../loop/confusions.ts'
import type { EpochMetrics } from '../loop/observer.ts'
import { isLocked } from '../runFolder/lock.ts'
import { resultIn } from '../runFolder/runFolder.ts'
import type { RunResult } from '../runFolder/runSchema.ts'
import { configSchema, confusionsSchema, epochSchema, recordIn } from '../runFolder/runSchema.ts'
import type { NamedFolder, Unreadable } from './findRuns.ts'

/** The contents of a run folder, finished or not. */
export interface RunRecord {
  readonly name: string
  readonly config: z.output<typeof configSchema>
  /** `recipe.yaml` as text. */
  readonly recipe?: string | undefined
  readonly epochs: readonly EpochMetrics[]
  readonly state: 'finished' | 'running' | 'stopped'
  /** Present once the run has finished. */
  readonly result?: RunResult | undefined
  readonly confusions?: Confusions | undefined
}

/** Reads run folders. A damaged one does not prevent the others from being read. */
export async function readRuns(
  folders: readonly NamedFolder[],
): Promise<{ runs: RunRecord[]; unreadable: Unreadable[] }> {
  const read = await Promise.all(
    folders.map((folder) =>
      readRun(folder).catch((error: unknown) => {
        if (error instanceof InvalidInputError) return { name: folder.name, reason: error.message }
        throw error
      }),
    ),
  )
  return {
    runs: read.filter((run) => 'config' in run),
    unreadable: read.filter((run) => 'reason' in run),
  }
}

/** Reads a run folder. Throws if a file in it is damaged or does not have the expected form. */
async function readRun({ name, path }: NamedFolder): Promise<RunRecord> {
  const config = await recordIn(join(path, 'config.json'), configSchema)
  demand(
    config !== undefined,
    () => `${join(path, 'config.json')}: expected the configuration of a run, but the file is gone`,
  )
  const result = await resultIn(path)
  const unfinished = async () => ((await isLocked(path)) ? ('running' as const) : ('stopped' as const))
  return {
    name,
    config,
    recipe: await readTextIfThere(join(path, 'recipe.yaml')),
    epochs: epochsIn(join(path, 'metrics.jsonl'), (await readTextIfThere(join(path, 'metrics.jsonl'))) ?? ''),
    state: result === undefined ? await unfinished() : 'finished',
    result,
    confusions: await recordIn(join(path, 'confusions.json'), confusionsSchema),
  }
}

/** Parses the epochs in a file, one per line. A last line without a newline is still being written and is ignored. */
function epochsIn(path: string, text: string): EpochMetrics[] {
  const lines = text.split('\n').slice(0, -1)
  return lines.map((line, index) => {
    const location = `${path}: line ${index + 1}`
    let value: unknown
    try {
      value = JSON.parse(line)
    } catch (error) {
      throw new InvalidInputError(`${location}: expected an epoch's metrics (${(error as Error).message})`)
    }
    return demandFittingAt(location, value, epochSchema)
  })
}
