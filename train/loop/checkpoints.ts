import { createHash } from 'node:crypto'
import { readdir, readFile, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { InvalidInputError } from '../../engine/errors.ts'
import { makeFolder } from '../../files/folder.ts'
import { writeFileAtomically } from '../../files/writeFile.ts'
import { decodeSafetensors, encodeSafetensors, type StateDict } from '../../nn/index.ts'

/** All that a training needs to go on as if it had never stopped. */
export interface Checkpoint<About> {
  /** How many steps have been taken in all. */
  readonly step: number
  readonly tensors: StateDict
  /** Whatever else, as JSON. */
  readonly about: About
}

/** What a folder of checkpoints holds. */
export interface Found<About> {
  /** The newest that is whole. */
  readonly checkpoint?: Checkpoint<About>
  /** Newer ones that are not, and are passed over. */
  readonly damaged: readonly string[]
}

/** The newest, and the one before in case that is damaged. */
const generations = 2

const namePattern = /^step-(\d+)-([0-9a-f]{16})\.safetensors$/

/**
 * Checkpoints in a folder, the last two of them. A file's name holds the beginning of the SHA-256 of its bytes, so that
 * damage shows; a file is written under another name and renamed when the disk has it, so that a crash leaves whole
 * checkpoints only.
 */
export class Checkpoints<About> {
  readonly folder: string

  constructor(folder: string) {
    this.folder = folder
  }

  /** Writes a checkpoint, then removes those that are two generations older. */
  async save({ step, tensors, about }: Checkpoint<About>): Promise<void> {
    const bytes = await encodeSafetensors(tensors, { about: JSON.stringify(about) })
    await makeFolder(this.folder)
    await writeFileAtomically(join(this.folder, nameOf(step, bytes)), bytes)
    for (const name of (await this.#names()).slice(generations)) await rm(join(this.folder, name))
  }

  /** Reads the newest checkpoint that is whole. */
  async newest(): Promise<Found<About>> {
    const damaged: string[] = []
    for (const name of await this.#names()) {
      const checkpoint = await this.#read(name)
      if (checkpoint !== undefined) return { checkpoint, damaged }
      damaged.push(join(this.folder, name))
    }
    return { damaged }
  }

  /** The names of all files that look like checkpoints, the newest first. */
  async #names(): Promise<string[]> {
    const names = await readdir(this.folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return []
      throw new InvalidInputError(`${this.folder}: cannot read the checkpoints (${error.message})`)
    })
    return names.filter((name) => namePattern.test(name)).sort((a, b) => stepOf(b) - stepOf(a))
  }

  /** Nothing where the file does not hold what was written. */
  async #read(name: string): Promise<Checkpoint<About> | undefined> {
    const path = join(this.folder, name)
    const bytes = await readFile(path)
    const step = stepOf(name)
    if (nameOf(step, bytes) !== basename(path)) return undefined
    const { tensors, metadata } = decodeSafetensors(bytes, path)
    return { step, tensors, about: JSON.parse(metadata.about) }
  }
}

function nameOf(step: number, bytes: Uint8Array): string {
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 16)
  return `step-${String(step).padStart(9, '0')}-${hash}.safetensors`
}

function stepOf(name: string): number {
  return Number(namePattern.exec(name)![1])
}
