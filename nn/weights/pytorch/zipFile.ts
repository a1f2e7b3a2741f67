import type { Budget } from '../../../base/files/budget.ts'
import { ByteReader } from '../../../base/files/byteReader.ts'
import { unpickle } from '../../../base/files/pickle/unpickle.ts'
import type { Refuse } from '../../../base/files/refusal.ts'
import { elementTypes } from '../elementTypes.ts'
import type { Checkpoint } from './checkpoint.ts'
import { meaningOf } from './names.ts'
import type { StorageReference } from './tensorView.ts'
import { openZip } from './zip.ts'

/**
 * Reads PyTorch's format since version 1.6: a zip archive of one folder that holds the saved value in `data.pkl`, and a file
 * `data/KEY` for each storage.
 */
export function readZipFile(bytes: Uint8Array, budget: Budget, refuse: Refuse): Checkpoint {
  const archive = openZip(bytes, budget, refuse)
  const pickle = archive.names.find((name) => name === 'data.pkl' || /^[^/]+\/data\.pkl$/.test(name))
  if (pickle === undefined) return refuse(`it is a zip archive without data.pkl${contents(archive.names)}`)
  const folder = pickle.slice(0, -'data.pkl'.length)
  if (archive.names.includes(`${folder}constants.pkl`)) {
    refuse('it is a TorchScript archive, a program with weights; expected a state dictionary')
  }
  const byteOrder = `${folder}byteorder`
  if (archive.names.includes(byteOrder) && new TextDecoder().decode(archive.read(byteOrder)) === 'big') {
    refuse('it was written on a big-endian machine')
  }

  const reader = new ByteReader(archive.read(pickle), refuse)
  const value = unpickle(reader, meaningOf(new Map(), refuse), budget, refuse)
  const elements = new Map<string, Uint8Array>()
  const read = (storage: StorageReference) =>
    checkLength(archive.read(`${folder}data/${storage.key}`), storage, refuse)
  return {
    value,
    elementsOf: (storage) => {
      if (!elements.has(storage.key)) elements.set(storage.key, read(storage))
      return elements.get(storage.key)!
    },
  }
}

function contents(names: readonly string[]): string {
  return names.length > 0 ? `; it holds ${names.slice(0, 3).join(', ')}${names.length > 3 ? ' …' : ''}` : ''
}

function checkLength(
  elements: Uint8Array,
  { key, type, length }: StorageReference,
  refuse: Refuse,
): Uint8Array {
  const expected = length * elementTypes[type].bytes
  if (elements.length !== expected) {
    refuse(
      `storage ${key}, ${length} elements of ${type}, needs ${expected} bytes, but has ${elements.length}`,
    )
  }
  return elements
}
