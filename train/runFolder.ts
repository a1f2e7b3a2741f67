import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { type StateDict, saveWeights, writeFileAtomically } from '../nn/index.ts'
import { makeEmptyFolder } from './folder.ts'
import type { EpochEnd, Extent, Observer } from './observer.ts'

/**
 * Where a training leaves what it did:
 *
 * - `config.json`: everything that was decided before it began
 * - `metrics.jsonl`: a line for each epoch, see `EpochMetrics`
 * - `last.safetensors`: the weights after the last epoch that ended well, at first the initial ones
 * - `best.safetensors`: those of the highest test top-1
 */
export class RunFolder implements Observer {
  readonly path: string

  private constructor(path: string) {
    this.path = path
  }

  /** Throws where the folder holds something already. */
  static async create(path: string, config: object): Promise<RunFolder> {
    await makeEmptyFolder(path)
    await writeJson(join(path, 'config.json'), config)
    return new RunFolder(path)
  }

  async started(_extent: Extent, weights: StateDict): Promise<void> {
    await this.#save('last', weights, { epoch: '0' })
  }

  async epochEnded({ metrics, weights, isBest }: EpochEnd): Promise<void> {
    await appendLine(join(this.path, 'metrics.jsonl'), JSON.stringify(metrics))
    const about = { epoch: `${metrics.epoch}`, top1: `${metrics.test.top1}` }
    await this.#save('last', weights, about)
    if (isBest) await this.#save('best', weights, about)
  }

  async #save(name: 'last' | 'best', weights: StateDict, about: Record<string, string>): Promise<void> {
    await saveWeights(join(this.path, `${name}.safetensors`), weights, about)
  }
}

/** Writes a value as readable JSON, the whole file or nothing. */
export async function writeJson(path: string, value: unknown): Promise<void> {
  await writeFileAtomically(path, `${JSON.stringify(value, undefined, 2)}\n`)
}

async function appendLine(path: string, line: string): Promise<void> {
  const file = await open(path, 'a')
  try {
    await file.appendFile(`${line}\n`)
    await file.sync()
  } finally {
    await file.close()
  }
}
