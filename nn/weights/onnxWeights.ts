import { TensorProto_DataType as DataType } from 'onnx-buf'
import { InvalidInputError } from '../../base/errors.ts'
import { Budget } from '../../base/files/budget.ts'
import { type Refuse, refusalOf } from '../../base/files/refusal.ts'
import { sizeOf } from '../../engine/shape.ts'
import { type ElementTypeName, elementTypes } from './elementTypes.ts'
import { type OnnxTensor, onnxTensors } from './onnxTensors.ts'
import type { StoredTensor, StoredTensors } from './storedTensor.ts'

const types: Readonly<Partial<Record<DataType, ElementTypeName>>> = {
  [DataType.DOUBLE]: 'F64',
  [DataType.FLOAT]: 'F32',
  [DataType.FLOAT16]: 'F16',
  [DataType.BFLOAT16]: 'BF16',
  [DataType.INT64]: 'I64',
  [DataType.INT32]: 'I32',
  [DataType.INT16]: 'I16',
  [DataType.INT8]: 'I8',
  [DataType.UINT8]: 'U8',
  [DataType.BOOL]: 'BOOL',
}

/** Whether these bytes begin as ONNX files do: with an IR version from 3 to 15, then a string. */
export function isOnnx(bytes: Uint8Array): boolean {
  return bytes[0] === 0x08 && bytes[1] >= 3 && bytes[1] <= 15 && bytes[2] === 0x12
}

/**
 * Returns the weights in an ONNX file: its initializers, by name. A file from `exportOnnx` has all weights of the
 * network; other exporters may merge some. Throws for a damaged file, saying what is wrong.
 */
export function readOnnx(bytes: Uint8Array, source: string): StoredTensors {
  const refuse: Refuse = refusalOf(source, 'ONNX file')
  const initializers = decode(bytes, refuse)
  if (initializers.length === 0) refuse('it holds no weights')
  return new Map(initializers.map((tensor) => [tensor.name, storedTensor(tensor, refuse)]))
}

function decode(bytes: Uint8Array, refuse: Refuse): OnnxTensor[] {
  try {
    return onnxTensors(bytes, new Budget(bytes.length, refuse))
  } catch (error) {
    if (error instanceof InvalidInputError) throw error
    return refuse((error as Error).message)
  }
}

function storedTensor({ name, dims: shape, dataType, rawData }: OnnxTensor, refuse: Refuse): StoredTensor {
  const type = types[dataType as DataType] ?? refuse(`'${name}' has the unknown data type ${dataType}`)
  const expected = sizeOf(shape) * elementTypes[type].bytes
  if (shape.some((length) => length < 0) || rawData.length !== expected) {
    refuse(`'${name}', ${type} [${shape}], needs ${expected} bytes, but has ${rawData.length}`)
  }
  return { type, shape, bytes: rawData }
}
