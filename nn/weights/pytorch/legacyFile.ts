import type { Budget } from '../../../base/files/budget.ts'
import { ByteReader } from '../../../base/files/byteReader.ts'
import { unpickle } from '../../../base/files/pickle/unpickle.ts'
import type { Refuse } from '../../../base/files/refusal.ts'
import { elementTypes } from '../elementTypes.ts'
import type { Checkpoint } from './checkpoint.ts'
import { meaningOf } from './names.ts'
import type { StorageReference } from './tensorView.ts'

const magicNumber = 0x1950a86a20f9469cfc6cn
const protocolVersion = 1001

/**
 * Reads PyTorch's format before version 1.6: five consecutive pickles (a magic number, a version, properties of the
 * machine, the saved value, the ordered keys of the storages), then each storage, its length before its elements.
 */
export function readLegacyFile(bytes: Uint8Array, budget: Budget, refuse: Refuse): Checkpoint {
  const reader = new ByteReader(bytes, refuse)
  const references = new Map<string, StorageReference>()
  const meaning = meaningOf(references, refuse)
  const next = () => unpickle(reader, meaning, budget, refuse)

  if (next() !== magicNumber) refuse('it is a pickle that was not written by PyTorch')
  if (next() !== protocolVersion) refuse('its format version is unknown')
  const machine = next()
  if (machine instanceof Map && machine.get('little_endian') === false) {
    refuse('it was written on a big-endian machine')
  }
  const value = next()
  const keys = next()

  const elements = new Map<unknown, Uint8Array>()
  for (const key of Array.isArray(keys) ? keys : refuse('it does not list its storages')) {
    const { type, length } = references.get(key) ?? refuse('it has a storage that no tensor refers to')
    const count = reader.uint64()
    if (count !== length) refuse(`storage ${key} has ${count} elements, but a tensor expects ${length}`)
    elements.set(key, reader.take(length * elementTypes[type].bytes))
  }
  return { value, elementsOf: ({ key }) => elements.get(key) ?? refuse(`it holds no storage ${key}`) }
}
