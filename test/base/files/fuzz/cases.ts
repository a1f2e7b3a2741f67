import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { InvalidInputError } from '../../../../base/errors.ts'
import { RandomStream, streamKey } from '../../../../base/random.ts'
import type { Format } from './formats/format.ts'
import { type FormatName, formatNamed } from './formats/index.ts'
import { pick } from './mutations.ts'

/** What became of a spoiled file. */
export interface Outcome {
  readonly number: number
  /** Undefined where it was read or refused with an `InvalidInputError`. */
  readonly problem?: string | undefined
  readonly wasRead: boolean
  /** Of the processor. */
  readonly milliseconds: number
}

/** Spoiled files of one format, each named by the seed and its number. */
export class Cases {
  readonly #format: Format
  readonly #key: (number: number) => RandomStream
  readonly #seeds: readonly Uint8Array[]

  private constructor(name: FormatName, format: Format, seed: number, seeds: readonly Uint8Array[]) {
    this.#format = format
    this.#key = (number) => new RandomStream(streamKey(seed, `fuzz ${name}`, number))
    this.#seeds = seeds
  }

  /** `files` are those that are spoiled; by default they are made here, which for some formats takes much memory. */
  static async of(name: FormatName, seed: number, files?: readonly Uint8Array[]): Promise<Cases> {
    const format = await formatNamed(name)
    return new Cases(name, format, seed, files ?? (await format.seeds()))
  }

  file(number: number): Uint8Array {
    const stream = this.#key(number)
    const [seed, other] = [pick(this.#seeds, stream), pick(this.#seeds, stream)]
    return this.#format.spoil(seed, stream, other)
  }

  /** Reads one of them, in a folder that is gone afterwards. */
  async run(number: number): Promise<Outcome> {
    const file = this.file(number)
    const folder = await mkdtemp(join(tmpdir(), 'thermograd-fuzz-'))
    const start = process.cpuUsage()
    let outcome: Pick<Outcome, 'problem' | 'wasRead'> = { wasRead: true }
    try {
      await this.#format.read(file, folder)
    } catch (error) {
      const { stack } = error as Error
      outcome = { wasRead: false, problem: error instanceof InvalidInputError ? undefined : stack }
    }
    const { user, system } = process.cpuUsage(start)
    await rm(folder, { recursive: true, force: true })
    return { number, ...outcome, milliseconds: (user + system) / 1000 }
  }
}
