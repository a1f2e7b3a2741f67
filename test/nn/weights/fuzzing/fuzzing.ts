import { InvalidInputError } from '../../../../engine/errors.ts'
import { RandomStream, streamKey } from '../../../../engine/random.ts'
import { refusalOf } from '../../../../files/refusal.ts'
import { readStored } from '../../../../nn/weights/formats.ts'
import { decodeTensors, type StoredTensors } from '../../../../nn/weights/storedTensor.ts'
import { mutate } from './mutations.ts'
import { seedFiles } from './seeds.ts'

/** What became of many spoiled files. */
export interface Outcome {
  readonly loaded: number
  readonly refused: number
  /** The longest that one file took. */
  readonly slowestMilliseconds: number
}

/**
 * Reads spoiled files, each named by seed and number. Throws where one is neither read nor refused with an
 * `InvalidInputError`, or gives more bytes than a file of its size may.
 */
export async function fuzz({ runs, seed }: { runs: number; seed: number }): Promise<Outcome> {
  const seeds = await seedFiles()
  let [loaded, slowestMilliseconds] = [0, 0]
  for (let run = 0; run < runs; run++) {
    const stream = new RandomStream(streamKey(seed, 'fuzz', run))
    const [file, other] = [seeds[stream.integer(seeds.length)], seeds[stream.integer(seeds.length)]]
    const spoiled = mutate(file, stream, other)
    const start = performance.now()
    if (reads(spoiled, `seed ${seed}, run ${run}`)) loaded++
    slowestMilliseconds = Math.max(slowestMilliseconds, performance.now() - start)
  }
  return { loaded, refused: runs - loaded, slowestMilliseconds }
}

function reads(bytes: Uint8Array, name: string): boolean {
  try {
    const stored = readStored(bytes, name)
    decodeTensors(stored, refusalOf(name, 'weight file'))
    if (bytesIn(stored) > 33 * bytes.length + 2 ** 20) throw new Error('it gave more than it may')
    return true
  } catch (error) {
    if (error instanceof InvalidInputError) return false
    throw new Error(`${name}: neither read nor refused`, { cause: error })
  }
}

function bytesIn(stored: StoredTensors): number {
  return [...stored.values()].reduce((sum, { bytes }) => sum + bytes.length, 0)
}
