import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ElementTypeName } from '../../../nn/index.ts'
import { type ElementType, elementTypes } from '../../../nn/weights/elementTypes.ts'
import type { StoredTensors } from '../../../nn/weights/storedTensor.ts'

/** Where small files that PyTorch wrote lie; `make.py` there says how. */
export const fixtures = join(import.meta.dirname, 'fixtures')

export function fixture(name: string): Uint8Array {
  return new Uint8Array(readFileSync(join(fixtures, name)))
}

/** The numbers of stored tensors, with their types and shapes. */
export function numbersIn(stored: StoredTensors) {
  return Object.fromEntries(
    Array.from(stored, ([name, { type, shape, bytes }]) => {
      const { bytes: width, read }: ElementType = elementTypes[type]
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      const values = Array.from({ length: bytes.length / width }, (_, i) => read(view, i * width))
      return [name, { dtype: pytorchNames[type], shape, values }]
    }),
  )
}

const pytorchNames: Readonly<Record<ElementTypeName, string>> = {
  F64: 'float64',
  F32: 'float32',
  F16: 'float16',
  BF16: 'bfloat16',
  I64: 'int64',
  I32: 'int32',
  I16: 'int16',
  I8: 'int8',
  U8: 'uint8',
  BOOL: 'bool',
}
