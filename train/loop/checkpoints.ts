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

/** Everything that a training needs to continue as if it had never stopped. */
export interface Checkpoint<About> {
  /** Number of steps taken so far, over all epochs. */
  readonly step: number
  readonly tensors: StateDict
  /** Any other state, saved as JSON. */
  readonly about: About
}

/** A value that JSON omits could not be read again. */
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

/** Result of reading a folder of checkpoints. */
export interface Found<About> {
  /** The newest intact checkpoint. */
  readonly checkpoint?: Checkpoint<About>
  /** A sentence about each newer checkpoint that is damaged or unreadable, and was skipped. */
  readonly warnings: readonly string[]
}

const namePattern = /^step-(\d+)-([0-9a-f]{16})\.safetensors$/

/**
 * A folder of checkpoints. The last two are kept, in case one is damaged. A file's name contains the start of the SHA-256 of its
 * bytes, which reveals damage. A file is written under a temporary name, flushed and then renamed, so a crash leaves only
 * complete checkpoints.
 */
export class Checkpoints<About> {
  readonly folder: string
  readonly #demandOurs: () => Promise<void>
  /** Name of the checkpoint that was written or read last. */
  #last: string | undefined

  /** `demandOurs` is called before each checkpoint is written; it throws if the folder now belongs to another process. */
  constructor(folder: string, demandOurs = async () => {}) {
    check('Checkpoints', 'folder', folder, path)
    check('Checkpoints', 'demandOurs', demandOurs, aFunction)
    this.folder = folder
    this.#demandOurs = demandOurs
  }

  /** Writes a checkpoint, then removes all others except the one that was written or read before. */
  async save(checkpoint: Checkpoint<About>): Promise<void> {
    checkExactly<Checkpoint<unknown>>('Checkpoints', 'checkpoint', checkpoint, rules)
    const { step, tensors, about } = checkpoint
    const bytes = await encodeSafetensors(tensors, { about: JSON.stringify(about) })
    const name = nameOf(step, bytes)
    await this.#demandOurs()
    await makeFolder(this.folder)
    await writeFileAtomically(join(this.folder, name), bytes)
    for (const other of await this.#names()) {
      // Entries that cannot be removed, such as a folder with a matching name, are left alone.
      if (other !== name && other !== this.#last) await rm(join(this.folder, other)).catch(() => {})
    }
    this.#last = name
  }

  /** Reads the newest intact checkpoint. */
  async newest(): Promise<Found<About>> {
    const warnings: string[] = []
    for (const name of await this.#names()) {
      const read = await this.#read(name)
      if (typeof read === 'object') {
        this.#last = name
        return { checkpoint: read, warnings }
      }
      warnings.push(`${read}; skipping this checkpoint`)
    }
    return { warnings }
  }

  /** Returns the names of all files that look like checkpoints, newest first. */
  async #names(): Promise<string[]> {
    const names = await readdir(this.folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return []
      throw new InvalidInputError(`${this.folder}: cannot read the checkpoints (${error.message})`)
    })
    return names.filter((name) => namePattern.test(name)).sort((a, b) => stepOf(b) - stepOf(a))
  }

  /** Reads a checkpoint, or returns a sentence that says why the file is unreadable or damaged. */
  async #read(name: string): Promise<Checkpoint<About> | string> {
    const file = join(this.folder, name)
    const bytes = await readBytes(file).catch((error: Error) => error.message)
    if (typeof bytes === 'string') return bytes
    const step = stepOf(name)
    if (nameOf(step, bytes) !== name) return `${file}: the file is damaged: its hash does not match its name`
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
