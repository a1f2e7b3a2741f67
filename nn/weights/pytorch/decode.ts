import { Budget } from '../../../base/files/budget.ts'
import { type Refuse, refusalOf } from '../../../base/files/refusal.ts'
import type { StoredTensors } from '../storedTensor.ts'
import { readLegacyFile } from './legacyFile.ts'
import { stateDictIn } from './stateDictIn.ts'
import { elementsOf } from './tensorView.ts'
import { readZipFile } from './zipFile.ts'

/**
 * Decodes the state dictionary of a file that `torch.save` wrote, in either format. Nothing in the file is executed,
 * and reading it takes time and memory in proportion to its size. Throws for anything else, saying what is wrong.
 */
export function readPytorch(bytes: Uint8Array, source: string): StoredTensors {
  const refuse: Refuse = refusalOf(source, 'PyTorch file')
  const budget = new Budget(bytes.length, refuse)
  const read = isZip(bytes) ? readZipFile : readLegacyFile
  const checkpoint = read(bytes, budget, refuse)
  const tensors = new Map()
  for (const [name, view] of stateDictIn(checkpoint.value, refuse)) {
    const { storage, shape } = view
    const elements = elementsOf(view, checkpoint.elementsOf(storage), budget)
    tensors.set(name, { type: storage.type, shape, bytes: elements })
  }
  return tensors
}

export function isZip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b
}

/** Whether these bytes begin as pickles of protocols 2 to 5 do. */
export function isPickle(bytes: Uint8Array): boolean {
  return bytes[0] === 0x80 && bytes[1] >= 2 && bytes[1] <= 5
}
