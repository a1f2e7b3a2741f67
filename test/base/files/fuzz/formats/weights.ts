import { opcodes } from '../../../../../base/files/pickle/opcodes.ts'
import { refusalOf } from '../../../../../base/files/refusal.ts'
import { readStored } from '../../../../../nn/weights/formats.ts'
import { decodeTensors } from '../../../../../nn/weights/storedTensor.ts'
import { type Mutation, pick, place, splice, spoiling } from '../mutations.ts'
import { insideZip } from '../packed.ts'
import type { Format } from './format.ts'
import { isZip, weightFiles } from './weightSeeds.ts'

const opcodeBytes = [...Object.keys(opcodes).map(Number), 0x2e]

/** Puts opcodes among those of a pickle, or instead of one. */
export const spoilPickle = spoiling([
  (bytes, stream) => bytes.with(place(bytes, stream), pick(opcodeBytes, stream)),
  (bytes, stream) => {
    const at = place(bytes, stream)
    const some = Array.from({ length: 1 + stream.integer(8) }, () => pick(opcodeBytes, stream))
    return splice(bytes, at, at, some)
  },
])

const spoilArchive: Mutation = insideZip(spoilPickle, 'data.pkl')

export const weights: Format = {
  seeds: weightFiles,
  spoil: (bytes, stream, other) =>
    isZip(bytes) && stream.integer(3) > 0
      ? spoilArchive(bytes, stream, other)
      : spoilPickle(bytes, stream, other),
  read(bytes) {
    const stored = readStored(bytes, 'weights')
    decodeTensors(stored, refusalOf('weights', 'weight file'))
    const size = [...stored.values()].reduce((sum, tensor) => sum + tensor.bytes.length, 0)
    if (size > 33 * bytes.length + 2 ** 20) throw new Error('it gave more than it may')
  },
}
