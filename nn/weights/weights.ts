import { anInstance, check, path as pathRule, recordOf, text } from '../../base/arguments.ts'
import { refusalOf } from '../../base/files/refusal.ts'
import { readBytes } from '../../base/files/regularFile.ts'
import { writeFileAtomically } from '../../base/files/writeFile.ts'
import { tensorsByName } from '../arguments.ts'
import type { StateDict } from '../stateDict.ts'
import { readStored, writeStored } from './formats.ts'
import type { Metadata } from './safetensors.ts'
import { decodeTensors, encodeTensors, type StoredTensors } from './storedTensor.ts'

/**
 * Saves tensors, such as `network.stateDict()`, atomically, in the format of the path's extension: .safetensors, or
 * .pth, .pt or .th for PyTorch. Only safetensors files can hold metadata.
 */
export async function saveWeights(path: string, tensors: StateDict, metadata: Metadata = {}): Promise<void> {
  check('saveWeights', 'path', path, pathRule)
  check('saveWeights', 'tensors', tensors, tensorsByName)
  check('saveWeights', 'metadata', metadata, recordOf(text))
  await writeFileAtomically(path, writeStored(path, await encodeTensors(tensors), metadata))
}

/**
 * Loads the tensors of a safetensors file, of a file that `torch.save` wrote, or the weights of an ONNX file, for
 * `loadStateDict`. Half precision becomes float32, integers int32. The state dictionary may be one entry of several, under
 * `model`, `state_dict` or another usual name, and its names may have the prefix of `DataParallel`. Nothing in a file is
 * executed. Throws if there is no such file, and for any other kind of file, saying what it is.
 */
export async function loadWeights(path: string): Promise<StateDict> {
  check('loadWeights', 'path', path, pathRule)
  return stateDictOf(await readWeightFile(path), path)
}

/** Converts stored tensors to tensors; `source` names them in messages. Throws if int32 cannot hold an integer. */
export function stateDictOf(stored: StoredTensors, source: string): StateDict {
  check('stateDictOf', 'stored', stored, anInstance('a Map of stored tensors', Map))
  check('stateDictOf', 'source', source, text)
  return decodeTensors(stored, refusalOf(source, 'weight file'))
}

/** Reads the tensors of a file in their stored types, preserving every bit. Throws as `loadWeights` does. */
export async function readWeightFile(path: string): Promise<StoredTensors> {
  check('readWeightFile', 'path', path, pathRule)
  return readStored(await readBytes(path), path)
}

/** Writes stored tensors, preserving every bit, in the format of the path's extension. */
export async function writeWeightFile(path: string, stored: StoredTensors): Promise<void> {
  check('writeWeightFile', 'path', path, pathRule)
  check('writeWeightFile', 'stored', stored, anInstance('a Map of stored tensors', Map))
  await writeFileAtomically(path, writeStored(path, stored))
}
