import { type Zippable, zipSync } from 'fflate'
import { PickleWriter } from '../../../base/files/pickle/writer.ts'
import { rowMajorStrides, sizeOf } from '../../../engine/shape.ts'
import { elementTypes } from '../elementTypes.ts'
import type { StoredTensor, StoredTensors } from '../storedTensor.ts'

/** Version of the format, which `torch.load` accepts since PyTorch 1.6. */
const version = '3\n'

/**
 * Encodes a file as `torch.save(state_dict, path)` does, in the zip format: an OrderedDict of tensors, each with its own
 * storage. `torch.load(path, weights_only=True)` accepts it. Equal tensors give equal bytes.
 */
export function writePytorch(tensors: StoredTensors): Uint8Array {
  const text = (value: string) => new TextEncoder().encode(value)
  const storages = [...tensors.values()].map(({ bytes }, key) => [`archive/data/${key}`, bytes])
  const files: Zippable = {
    'archive/data.pkl': pickleOf(tensors),
    'archive/byteorder': text('little'),
    ...Object.fromEntries(storages),
    'archive/version': text(version),
  }
  // Uncompressed, because PyTorch maps storages into memory. The date is the earliest that zip archives can hold.
  return zipSync(files, { level: 0, mtime: new Date(1980, 0, 1) })
}

function pickleOf(tensors: StoredTensors): Uint8Array {
  const pickle = emptyDictionary(new PickleWriter())
  return pickle
    .items(() => {
      for (const [key, [name, tensor]] of [...tensors].entries()) writeTensor(pickle.text(name), tensor, key)
    })
    .end()
}

function emptyDictionary(pickle: PickleWriter): PickleWriter {
  return pickle
    .named('collections', 'OrderedDict')
    .tuple(() => {})
    .call()
}

/** Writes a call of `_rebuild_tensor_v2(storage, offset, shape, strides, requires_grad, hooks)`. */
function writeTensor(pickle: PickleWriter, { type, shape }: StoredTensor, key: number): void {
  pickle
    .named('torch._utils', '_rebuild_tensor_v2')
    .tuple(() => {
      pickle
        .tuple(() => {
          pickle
            .text('storage')
            .named('torch', elementTypes[type].storage)
            .text(String(key))
            .text('cpu')
            .integer(sizeOf(shape))
        })
        .persistent()
        .integer(0)
        .integers(shape)
        .integers(rowMajorStrides(shape))
        .false()
      emptyDictionary(pickle)
    })
    .call()
}
