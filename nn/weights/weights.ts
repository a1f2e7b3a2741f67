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
 * Saves tensors, such as `network.stateDict()`, whole or not at all: as safetensors, or for PyTorch, as the ending of
 * the path says (.safetensors, .pth, .pt, .th). Metadata goes into safetensors only.
 */
export async function saveWeights(path: string, tensors: StateDict, metadata: Metadata = {}): Promise<void> {
  check('saveWeights', 'path', path, pathRule)
  check('saveWeights', 'tensors', tensors, tensorsByName)
  check('saveWeights', 'metadata', metadata, recordOf(text))
  await writeFileAtomically(path, writeStored(path, await encodeTensors(tensors), metadata))
}

/**
 * The tensors of a safetensors file or of one that `torch.save` wrote, for `loadStateDict`. Half precision becomes
 * float32, the integers int32. The state dictionary may stand beside other things, under `model`, `state_dict` or the
 * like, and its names may have the prefix of `DataParallel`. Nothing in a file is executed. Throws where there is no
 * file, and for any other one, saying what it is.
 */
export async function loadWeights(path: string): Promise<StateDict> {
  check('loadWeights', 'path', path, pathRule)
  return stateDictOf(await readWeightFile(path), path)
}

/** What a weight file holds as tensors; `source` names it in messages. Throws where int32 cannot hold an integer. */
export function stateDictOf(stored: StoredTensors, source: string): StateDict {
  check('stateDictOf', 'stored', stored, anInstance('a Map of stored tensors', Map))
  check('stateDictOf', 'source', source, text)
  return decodeTensors(stored, refusalOf(source, 'weight file'))
}

/** The tensors of a file bit by bit, in the types in which they lie there. Throws as `loadWeights`. */
export async function readWeightFile(path: string): Promise<StoredTensors> {
  check('readWeightFile', 'path', path, pathRule)
  return readStored(await readBytes(path), path)
}

/** Writes tensors bit by bit, in the format that the ending of the path says. */
export async function writeWeightFile(path: string, stored: StoredTensors): Promise<void> {
  check('writeWeightFile', 'path', path, pathRule)
  check('writeWeightFile', 'stored', stored, anInstance('a Map of stored tensors', Map))
  await writeFileAtomically(path, writeStored(path, stored))
}
