import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { check, path as pathRule } from '../../base/arguments.ts'
import { demand } from '../../base/errors.ts'
import { appendDurably } from '../../base/files/appendFile.ts'
import { isPartial, makeEmptyFolder, removePartialFiles } from '../../base/files/folder.ts'
import { readJson, writeJson } from '../../base/files/json.ts'
import { readTextIfThere } from '../../base/files/regularFile.ts'
import { writeFileAtomically } from '../../base/files/writeFile.ts'
import { type StateDict, saveWeights } from '../../nn/index.ts'
import { Checkpoints } from '../loop/checkpoints.ts'
import type { Confusions } from '../loop/confusions.ts'
import type { EpochEnd, EpochMetrics, Observer, TrainingStart } from '../loop/observer.ts'
import type { Progress } from '../loop/training.ts'
import type { Numerics } from '../numerics.ts'
import type { RunRecipe } from '../recipes/runRecipe.ts'
import { recipeText } from '../recipes/text.ts'
import { demandUnlocked, type FolderLock, isLock, lockFolder } from './lock.ts'
import type { RunConfig } from './runConfig.ts'
import { type RunResult, recordIn, resultSchema } from './runSchema.ts'
import { changesBetween, demandSameRun } from './sameRun.ts'
import { csvOf, scalarsOfEpoch } from './scalars.ts'
import { continued, demandSameNumerics, type Segment } from './segments.ts'
import { fileHeader, scalarRecord } from './tensorBoard.ts'

/** The parameters of a run folder. */
export interface RunFolderOptions {
  readonly folder: string
  /** Continue the run in the folder, if there is one. */
  readonly resume: boolean
  /** Contents of `config.json`. */
  readonly config: RunConfig
  /** Contents of `recipe.yaml`. */
  readonly recipe: RunRecipe
}

/**
 * The output folder of a training:
 *
 * - `config.json`: the configuration, see `RunConfig`
 * - `recipe.yaml`: the recipe that repeats the run
 * - `metrics.jsonl`: a line for each epoch, see `EpochMetrics`; `metrics.csv` and TensorBoard's `events.out.tfevents…` have the
 *   same numbers for other tools
 * - `last.safetensors`: the weights after the last good epoch, initially the initial ones
 * - `best.safetensors`: the weights of the best epoch, see `History.best`
 * - `checkpoints/`: the state from which the run can be continued
 * - `confusions.json`: the confusion matrix, once the run has finished
 * - `result.json`: the result, once the run has finished
 * - `lock-…`: present while a process works in the folder
 */
export class RunFolder implements Observer {
  readonly path: string
  readonly checkpoints: Checkpoints<Progress>
  readonly #lock: FolderLock
  /** The configuration on disk. */
  #config: RunConfig
  /** The numerics of this process. */
  readonly #numerics: Numerics
  #epochs: EpochMetrics[] = []
  #events = ''

  private constructor(path: string, lock: FolderLock, config: RunConfig) {
    this.path = path
    this.#lock = lock
    this.#config = config
    const { fromStep, ...numerics } = config.numerics[0]
    this.#numerics = numerics
    this.checkpoints = new Checkpoints(join(path, 'checkpoints'), () => lock.demandHeld())
  }

  /**
   * Opens a new folder or, with `resume`, the folder of the same, interrupted run. Throws if it contains anything else. Checks
   * twice: before locking, to write nothing into a foreign folder, and after, because another process may have written to it.
   */
  static async open(options: RunFolderOptions): Promise<RunFolder> {
    const { folder: path, config, recipe } = options
    await demandUnlocked(path)
    await begunIn(options)
    const lock = await lockFolder(path)
    const folder = new RunFolder(path, lock, config)
    try {
      const begun = await begunIn(options)
      for (const inside of [path, folder.checkpoints.folder]) await removePartialFiles(inside)
      // Written before the configuration, whose presence marks the run as begun: continuing needs the recipe.
      await writeFileAtomically(join(path, 'recipe.yaml'), recipeText(recipe))
      if (begun === undefined) await writeJson(join(path, 'config.json'), config)
      else folder.#config = { ...begun, numerics: segmentsOf(begun) }
    } catch (error) {
      await lock.release().catch(() => {})
      throw error
    }
    return folder
  }

  /** Throws if this process would compute other bits than the run's last segment. */
  demandSameNumerics(): void {
    demandSameNumerics(this.path, this.#config.numerics, this.#numerics)
  }

  /** Releases the folder. */
  async close(): Promise<void> {
    await this.#lock.release()
  }

  /** Returns the result of the run if it has finished. */
  async result(): Promise<RunResult | undefined> {
    return resultIn(this.path)
  }

  async finish(result: RunResult, confusions: Confusions): Promise<void> {
    await this.#lock.demandHeld()
    await writeJson(join(this.path, 'confusions.json'), confusions)
    await writeJson(join(this.path, 'result.json'), result)
  }

  /** Discards what was written after the checkpoint from which a training continues: it will be written again. */
  async started({ history, weights, isResumed, epoch, step, steps }: TrainingStart): Promise<void> {
    await this.#lock.demandHeld()
    if (!isResumed) await this.#demandNothingFinished()
    await this.#continueNumerics((epoch - 1) * steps + step)
    const lines = history.map((metrics) => `${JSON.stringify(metrics)}\n`)
    await writeFileAtomically(join(this.path, 'metrics.jsonl'), lines.join(''))
    await writeFileAtomically(join(this.path, 'metrics.csv'), csvOf(history))
    await this.#beginEvents(history)
    this.#epochs = [...history]
    await this.#save('last', weights, aboutOf(history.at(-1)))
  }

  async epochEnded({ metrics, weights, isBest }: EpochEnd): Promise<void> {
    await this.#lock.demandHeld()
    this.#epochs.push(metrics)
    await appendDurably(join(this.path, 'metrics.jsonl'), `${JSON.stringify(metrics)}\n`)
    await writeFileAtomically(join(this.path, 'metrics.csv'), csvOf(this.#epochs))
    await appendDurably(this.#events, eventOf(metrics))
    await this.#save('last', weights, aboutOf(metrics))
    if (isBest) await this.#save('best', weights, aboutOf(metrics))
  }

  async #continueNumerics(step: number): Promise<void> {
    const numerics = continued(this.#config.numerics, step, this.#numerics)
    if (changesBetween(this.#config.numerics, numerics).length === 0) return
    this.#config = { ...this.#config, numerics }
    await writeJson(join(this.path, 'config.json'), this.#config)
  }

  /** Throws if a training would start over although epochs have finished: their checkpoints are lost. */
  async #demandNothingFinished(): Promise<void> {
    const path = join(this.path, 'metrics.jsonl')
    const epochs = ((await readTextIfThere(path)) ?? '').split('\n').length - 1
    demand(
      epochs === 0,
      () =>
        `${path}: records ${epochs} finished ${epochs === 1 ? 'epoch' : 'epochs'}, but ${this.checkpoints.folder} contains no ` +
        'intact checkpoint to continue from: restore one, or start again in another folder',
    )
  }

  /** Starts a new event file, because TensorBoard reads only what is appended and would miss that epochs were discarded. */
  async #beginEvents(history: readonly EpochMetrics[]): Promise<void> {
    for (const name of await readdir(this.path))
      if (name.includes('tfevents')) await rm(join(this.path, name))
    this.#events = join(this.path, `events.out.tfevents.${Math.floor(Date.now() / 1000)}.thermograd`)
    await writeFileAtomically(
      this.#events,
      Buffer.concat([fileHeader(Date.now() / 1000), ...history.map(eventOf)]),
    )
  }

  async #save(name: 'last' | 'best', weights: StateDict, about: Record<string, string>): Promise<void> {
    await saveWeights(join(this.path, `${name}.safetensors`), weights, about)
  }
}

/** Returns the configuration of the run in a folder, if there is one. Throws if the folder contains anything else. */
async function begunIn({ folder, config, resume }: RunFolderOptions): Promise<RunConfig | undefined> {
  const begun = resume ? await readJson(join(folder, 'config.json')) : undefined
  if (begun === undefined) {
    await makeEmptyFolder(folder, (name) => isLeftOver(name) || (resume && name === 'recipe.yaml'))
    return undefined
  }
  demandSameRun(folder, begun, config)
  return begun as RunConfig
}

/** Returns the result of the run in a folder; `undefined` if it has not finished. Throws if the file is damaged. */
export async function resultIn(folder: string): Promise<RunResult | undefined> {
  check('resultIn', 'folder', folder, pathRule)
  return recordIn(join(folder, 'result.json'), resultSchema)
}

/** Returns the segments of a run or, if its configuration lists none, one segment with what is known of its numerics. */
function segmentsOf({ numerics, environment }: Partial<RunConfig>): readonly Segment[] {
  const isListed = numerics instanceof Array && numerics.length > 0
  return isListed ? numerics : [{ fromStep: 0, executor: environment?.executor }]
}

/** Whether a file may remain from a run that was killed before it wrote its configuration. */
function isLeftOver(name: string): boolean {
  return isLock(name) || isPartial(name)
}

function aboutOf(metrics: EpochMetrics | undefined): Record<string, string> {
  return metrics === undefined ? { epoch: '0' } : { epoch: `${metrics.epoch}`, top1: `${metrics.test.top1}` }
}

function eventOf(metrics: EpochMetrics): Uint8Array {
  return scalarRecord(Date.now() / 1000, metrics.epoch, scalarsOfEpoch(metrics))
}
