import { createHash } from 'node:crypto'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { aFunction, check, checkExactly, path, type Rule, type Rules, whole } from '../../base/arguments.ts'
import { InvalidInputError } from '../../base/errors.ts'
import { makeFolder } from '../../base/files/folder.ts'
import { readBytes } from '../../base/files/regularFile.ts'
import { writeFileAtomically } from '../../base/files/writeFile.ts'
import { tensorsByName } from '../../nn/arguments.ts'
import { decodeSafetensors, encodeSafetensors, type StateDict } from '../../nn/index.ts'

/** All that a training needs to go on as if it had never stopped. */
export interface Checkpoint<About> {
  /** How many steps have been taken in all. */
  readonly step: number
  readonly tensors: StateDict
  /** Whatever else, as JSON. */
  readonly about: About
}

/** Something that is `undefined` as JSON could not be read again. */
const jsonRule: Rule = {
  expected: 'a value that JSON can hold',
  allows(value) {
    try {
      return JSON.stringify(value) !== undefined
    } catch {
      return false
    }
  },
}

const rules: Rules<Checkpoint<unknown>> = { step: whole(0), tensors: tensorsByName, about: jsonRule }

/** What a folder of checkpoints holds. */
export interface Found<About> {
  /** The newest that is whole. */
  readonly checkpoint?: Checkpoint<About>
  /** A sentence for each newer one that is damaged or cannot be read, and is passed over. */
  readonly warnings: readonly string[]
}

const namePattern = /^step-(\d+)-([0-9a-f]{16})\.safetensors$/

/**
 * Checkpoints in a folder: the last two, in case one is damaged. A file's name holds the beginning of the SHA-256 of its bytes, so that
 * damage shows; a file is written under another name and renamed when the disk has it, so that a crash leaves whole
 * checkpoints only.
 */
export class Checkpoints<About> {
  readonly folder: string
  readonly #demandOurs: () => Promise<void>
  /** The name of the last one that was written or read. */
  #last: string | undefined

  /** `demandOurs` is called before each checkpoint is written; it throws if the folder now belongs to another process. */
  constructor(folder: string, demandOurs = async () => {}) {
    check('Checkpoints', 'folder', folder, path)
    check('Checkpoints', 'demandOurs', demandOurs, aFunction)
    this.folder = folder
    this.#demandOurs = demandOurs
  }

  /** Writes a checkpoint, then removes all others but the last that was written or read. */
  async save(checkpoint: Checkpoint<About>): Promise<void> {
    checkExactly<Checkpoint<unknown>>('Checkpoints', 'checkpoint', checkpoint, rules)
    const { step, tensors, about } = checkpoint
    const bytes = await encodeSafetensors(tensors, { about: JSON.stringify(about) })
    const name = nameOf(step, bytes)
    await this.#demandOurs()
    await makeFolder(this.folder)
    await writeFileAtomically(join(this.folder, name), bytes)
    for (const other of await this.#names()) {
      // What is no file of ours stays: a folder of such a name, for example.
      if (other !== name && other !== this.#last) await rm(join(this.folder, other)).catch(() => {})
    }
    this.#last = name
  }

  /** Reads the newest checkpoint that is whole. */
  async newest(): Promise<Found<About>> {
    const warnings: string[] = []
    for (const name of await this.#names()) {
      const read = await this.#read(name)
      if (typeof read === 'object') {
        this.#last = name
        return { checkpoint: read, warnings }
      }
      warnings.push(`${read}; this checkpoint is passed over`)
    }
    return { warnings }
  }

  /** The names of all files that look like checkpoints, the newest first. */
  async #names(): Promise<string[]> {
    const names = await readdir(this.folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return []
      throw new InvalidInputError(`${this.folder}: cannot read the checkpoints (${error.message})`)
    })
    return names.filter((name) => namePattern.test(name)).sort((a, b) => stepOf(b) - stepOf(a))
  }

  /** Or what is wrong with it, where the file cannot be read or does not hold what was written. */
  async #read(name: string): Promise<Checkpoint<About> | string> {
    const file = join(this.folder, name)
    const bytes = await readBytes(file).catch((error: Error) => error.message)
    if (typeof bytes === 'string') return bytes
    const step = stepOf(name)
    if (nameOf(step, bytes) !== name) return `${file}: its bytes are not those that were written`
    const { tensors, metadata } = decodeSafetensors(bytes, file)
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
