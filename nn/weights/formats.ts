import { check, text } from '../../base/arguments.ts'
import { demand, InvalidInputError } from '../../base/errors.ts'
import { bytesRule } from '../arguments.ts'
import { identify } from './identify.ts'
import { isOnnx, readOnnx } from './onnxWeights.ts'
import { isPickle, isZip, readPytorch } from './pytorch/decode.ts'
import { writePytorch } from './pytorch/encode.ts'
import { isSafetensors, type Metadata, readSafetensors, writeSafetensors } from './safetensors.ts'
import type { StoredTensors } from './storedTensor.ts'

/** The tensors of a file in any format that is known, which its first bytes say; `source` names it in messages. */
export function readStored(bytes: Uint8Array, source: string): StoredTensors {
  check('readStored', 'bytes', bytes, bytesRule)
  check('readStored', 'source', source, text)
  if (isSafetensors(bytes)) return readSafetensors(bytes, source).stored
  if (isZip(bytes) || isPickle(bytes)) return readPytorch(bytes, source)
  if (isOnnx(bytes)) return readOnnx(bytes, source)
  throw new InvalidInputError(
    `${source}: expected weights, as safetensors or as PyTorch saves them (.pth, .th), but this is ${identify(bytes)}`,
  )
}

/** The bytes of a file in the format that the ending of its name says. */
export function writeStored(path: string, stored: StoredTensors, metadata: Metadata = {}): Uint8Array {
  if (path.endsWith('.safetensors')) return writeSafetensors(stored, metadata)
  demand(
    /\.(pth|pt|th)$/.test(path),
    () => `${path}: expected a name that ends in .safetensors or, for PyTorch, in .pth, .pt or .th`,
  )
  demand(
    Object.keys(metadata).length === 0,
    () => `${path}: only safetensors files can hold texts beside tensors`,
  )
  return writePytorch(stored)
}
