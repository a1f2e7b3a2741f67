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
import { changesBetween, demandSameRun } from './sameRun.ts'
import { csvOf, scalarsOfEpoch } from './scalars.ts'
import { continued, demandSameNumerics, type Segment } from './segments.ts'
import { fileHeader, scalarRecord } from './tensorBoard.ts'

/** A run, as far as its folder says what it is. */
export interface RunFolderOptions {
  readonly folder: string
  /** Go on with the run that was begun in the folder, if one was. */
  readonly resume: boolean
  /** For `config.json`. */
  readonly config: RunConfig
  /** For `recipe.yaml`. */
  readonly recipe: RunRecipe
}

/**
 * Where a training leaves what it did:
 *
 * - `config.json`: everything that was decided before it began
 * - `recipe.yaml`: the same as a recipe, by which it can be run again
 * - `metrics.jsonl`: a line for each epoch, see `EpochMetrics`; `metrics.csv` and TensorBoard's `events.out.tfevents…` say
 *   the same to other tools
 * - `last.safetensors`: the weights after the last epoch that ended well, at first the initial ones
 * - `best.safetensors`: those of the highest top-1 on the validation images or, where there are none, on the test images
 * - `checkpoints/`: what it needs to go on
 * - `confusions.json`: which classes it takes for which, once it has ended
 * - `result.json`: what it came to then
 * - `lock-…`: while a process is at work in it
 */
export class RunFolder implements Observer {
  readonly path: string
  readonly checkpoints: Checkpoints<Progress>
  readonly #lock: FolderLock
  /** As it is in the folder. */
  #config: RunConfig
  /** What computes now. */
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
   * A new folder or, with `resume`, that of the same run, which was cut short. Throws where it holds anything else. Looks
   * twice: first so that nothing is put into a folder of something else, then because another process may have been at
   * work in between.
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
      // Before the configuration, which says that the run has begun: the recipe says how to go on.
      await writeFileAtomically(join(path, 'recipe.yaml'), recipeText(recipe))
      if (begun === undefined) await writeJson(join(path, 'config.json'), config)
      else folder.#config = { ...begun, numerics: segmentsOf(begun) }
    } catch (error) {
      await lock.release().catch(() => {})
      throw error
    }
    return folder
  }

  /** Throws where what computes now gives other bits than what computed before. */
  demandSameNumerics(): void {
    demandSameNumerics(this.path, this.#config.numerics, this.#numerics)
  }

  /** Gives the folder back. */
  async close(): Promise<void> {
    await this.#lock.release()
  }

  /** What the run came to, if it has ended. */
  async result(): Promise<RunResult | undefined> {
    return resultIn(this.path)
  }

  async finish(result: RunResult, confusions: Confusions): Promise<void> {
    await this.#lock.demandHeld()
    await writeJson(join(this.path, 'confusions.json'), confusions)
    await writeJson(join(this.path, 'result.json'), result)
  }

  /** What was written after the checkpoint from which a training goes on is taken back: it will be written again. */
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

  /** Throws where a training would begin again over epochs that had ended: their checkpoints are lost. */
  async #demandNothingFinished(): Promise<void> {
    const path = join(this.path, 'metrics.jsonl')
    const epochs = ((await readTextIfThere(path)) ?? '').split('\n').length - 1
    demand(
      epochs === 0,
      () =>
        `${path}: tells of ${epochs} finished ${epochs === 1 ? 'epoch' : 'epochs'}, but ${this.checkpoints.folder} holds no ` +
        'whole checkpoint to go on from: put one back, or begin again in another folder',
    )
  }

  /** TensorBoard reads what is appended to a file, so a training that goes on gets a new one. */
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

/** The configuration of the run that was begun in a folder, if one was. Throws where something else lies in it. */
async function begunIn({ folder, config, resume }: RunFolderOptions): Promise<RunConfig | undefined> {
  const begun = resume ? await readJson(join(folder, 'config.json')) : undefined
  if (begun === undefined) {
    await makeEmptyFolder(folder, (name) => isLeftOver(name) || (resume && name === 'recipe.yaml'))
    return undefined
  }
  demandSameRun(folder, begun, config)
  return begun as RunConfig
}

/** What a run came to. */
export interface RunResult {
  readonly last: EpochMetrics
  readonly best: EpochMetrics
  /** Which images chose the best epoch. */
  readonly bestOn: 'test' | 'validation'
  /** Of the final weights, see `fingerprintOf`. */
  readonly fingerprint: string
}

/** What the run in a folder came to; nothing where it has not ended or never began. Throws where the file is damaged. */
export async function resultIn(folder: string): Promise<RunResult | undefined> {
  check('resultIn', 'folder', folder, pathRule)
  return (await readJson(join(folder, 'result.json'))) as RunResult | undefined
}

/** The segments of a run or, if its configuration lists none, all that is known of what computed it. */
function segmentsOf({ numerics, environment }: Partial<RunConfig>): readonly Segment[] {
  const isListed = numerics instanceof Array && numerics.length > 0
  return isListed ? numerics : [{ fromStep: 0, executor: environment?.executor }]
}

/** All that there is of a run that was killed before it had said what it is. */
function isLeftOver(name: string): boolean {
  return isLock(name) || isPartial(name)
}

function aboutOf(metrics: EpochMetrics | undefined): Record<string, string> {
  return metrics === undefined ? { epoch: '0' } : { epoch: `${metrics.epoch}`, top1: `${metrics.test.top1}` }
}

function eventOf(metrics: EpochMetrics): Uint8Array {
  return scalarRecord(Date.now() / 1000, metrics.epoch, scalarsOfEpoch(metrics))
}
