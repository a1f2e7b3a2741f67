import { check, text } from '../../base/arguments.ts'
import { demand, InvalidInputError } from '../../base/errors.ts'
import { bytesRule } from '../arguments.ts'
import { identify } from './identify.ts'
import { isOnnx, readOnnx } from './onnxWeights.ts'
import { isPickle, isZip, readPytorch } from './pytorch/decode.ts'
import { writePytorch } from './pytorch/encode.ts'
import { isSafetensors, type Metadata, readSafetensors, writeSafetensors } from './safetensors.ts'
import type { StoredTensors } from './storedTensor.ts'

/** Decodes a weight file, whose first bytes tell its format; `source` names it in messages. Throws for an unknown format. */
export function readStored(bytes: Uint8Array, source: string): StoredTensors {
  check('readStored', 'bytes', bytes, bytesRule)
  check('readStored', 'source', source, text)
  if (isSafetensors(bytes)) return readSafetensors(bytes, source).stored
  if (isZip(bytes) || isPickle(bytes)) return readPytorch(bytes, source)
  if (isOnnx(bytes)) return readOnnx(bytes, source)
  throw new InvalidInputError(
    `${source}: expected weights in safetensors or PyTorch format (.pth, .th), but this is ${identify(bytes)}`,
  )
}

/** Encodes a weight file in the format of the path's extension. */
export function writeStored(path: string, stored: StoredTensors, metadata: Metadata = {}): Uint8Array {
  if (path.endsWith('.safetensors')) return writeSafetensors(stored, metadata)
  demand(
    /\.(pth|pt|th)$/.test(path),
    () => `${path}: expected the extension .safetensors or, for PyTorch, .pth, .pt or .th`,
  )
  demand(Object.keys(metadata).length === 0, () => `${path}: only safetensors files can hold metadata`)
  return writePytorch(stored)
}
