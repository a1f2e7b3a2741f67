import { open, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { demand, InvalidInputError } from '../engine/errors.ts'
import { type StateDict, saveWeights, writeFileAtomically } from '../nn/index.ts'
import { Checkpoints } from './checkpoints.ts'
import { makeEmptyFolder } from './folder.ts'
import { lockFolder } from './lock.ts'
import type { EpochEnd, EpochMetrics, Observer, TrainingStart } from './observer.ts'
import { csvOf, scalarsOfEpoch } from './scalars.ts'
import { fileHeader, scalarRecord } from './tensorBoard.ts'
import type { Progress } from './train.ts'

/**
 * Where a training leaves what it did:
 *
 * - `config.json`: everything that was decided before it began
 * - `metrics.jsonl`: a line for each epoch, see `EpochMetrics`; `metrics.csv` and TensorBoard's `events.out.tfevents…` say
 *   the same to other tools
 * - `last.safetensors`: the weights after the last epoch that ended well, at first the initial ones
 * - `best.safetensors`: those of the highest test top-1
 * - `checkpoints/`: what it needs to go on
 * - `result.json`: what it came to, once it has ended
 * - `lock`: while a process is at work in it
 */
export class RunFolder implements Observer {
  readonly path: string
  readonly checkpoints: Checkpoints<Progress>
  #epochs: EpochMetrics[] = []
  #events = ''
  /** Gives the folder back. */
  readonly close: () => Promise<void>

  private constructor(path: string, close: () => Promise<void>) {
    this.path = path
    this.close = close
    this.checkpoints = new Checkpoints(join(path, 'checkpoints'))
  }

  /** A new folder. Throws where it holds something already. */
  static async create(path: string, config: object): Promise<RunFolder> {
    await makeEmptyFolder(path)
    const folder = new RunFolder(path, await lockFolder(path))
    await writeJson(join(path, 'config.json'), config)
    return folder
  }

  /** The folder of a run that was cut short, or a new one. Throws where it is the folder of another run. */
  static async reopen(path: string, config: object): Promise<RunFolder> {
    const earlier = await readJson(join(path, 'config.json'))
    if (earlier === undefined) return RunFolder.create(path, config)
    demandSameRun(path, earlier, config)
    return new RunFolder(path, await lockFolder(path))
  }

  /** What the run came to, if it has ended. */
  async result(): Promise<RunResult | undefined> {
    return (await readJson(join(this.path, 'result.json'))) as RunResult | undefined
  }

  async finish(result: RunResult): Promise<void> {
    await writeJson(join(this.path, 'result.json'), result)
  }

  /** What was written after the checkpoint from which a training goes on is taken back: it will be written again. */
  async started({ history, weights }: TrainingStart): Promise<void> {
    const lines = history.map((metrics) => `${JSON.stringify(metrics)}\n`)
    await writeFileAtomically(join(this.path, 'metrics.jsonl'), lines.join(''))
    await writeFileAtomically(join(this.path, 'metrics.csv'), csvOf(history))
    await this.#beginEvents(history)
    this.#epochs = [...history]
    await this.#save('last', weights, aboutOf(history.at(-1)))
  }

  async epochEnded({ metrics, weights, isBest }: EpochEnd): Promise<void> {
    this.#epochs.push(metrics)
    await append(join(this.path, 'metrics.jsonl'), `${JSON.stringify(metrics)}\n`)
    await writeFileAtomically(join(this.path, 'metrics.csv'), csvOf(this.#epochs))
    await append(this.#events, eventOf(metrics))
    await this.#save('last', weights, aboutOf(metrics))
    if (isBest) await this.#save('best', weights, aboutOf(metrics))
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

/** What a run came to. */
export interface RunResult {
  readonly last: EpochMetrics
  readonly best: EpochMetrics
  /** Of the final weights, see `fingerprintOf`. */
  readonly fingerprint: string
}

function aboutOf(metrics: EpochMetrics | undefined): Record<string, string> {
  return metrics === undefined ? { epoch: '0' } : { epoch: `${metrics.epoch}`, top1: `${metrics.test.top1}` }
}

/** Everything that decides the numbers must be as it was; the machine and its number of threads may be another. */
function demandSameRun(path: string, earlier: object, config: object): void {
  const [before, now] = [earlier, config].map((value) => {
    const { environment, ...deciding } = JSON.parse(JSON.stringify(value))
    return deciding as Record<string, unknown>
  })
  const different = Object.keys({ ...before, ...now }).filter(
    (key) => JSON.stringify(before[key]) !== JSON.stringify(now[key]),
  )
  demand(
    different.length === 0,
    () =>
      `${path}: this folder is of another run: ` +
      different
        .map((key) => `${key} was ${JSON.stringify(before[key])}, now ${JSON.stringify(now[key])}`)
        .join('; '),
  )
}

/** Nothing where there is no such file. */
async function readJson(path: string): Promise<object | undefined> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw new InvalidInputError(`${path}: cannot read this file (${error.message})`)
  })
  if (text === undefined) return undefined
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new InvalidInputError(`${path}: expected JSON (${(error as Error).message})`)
  }
}

/** Writes a value as readable JSON, the whole file or nothing. */
export async function writeJson(path: string, value: unknown): Promise<void> {
  await writeFileAtomically(path, `${JSON.stringify(value, undefined, 2)}\n`)
}

function eventOf(metrics: EpochMetrics): Uint8Array {
  return scalarRecord(Date.now() / 1000, metrics.epoch, scalarsOfEpoch(metrics))
}

async function append(path: string, content: string | Uint8Array): Promise<void> {
  const file = await open(path, 'a')
  try {
    await file.appendFile(content)
    await file.sync()
  } finally {
    await file.close()
  }
}
