import { BinaryReader, WireType } from '@bufbuild/protobuf/wire'
import type { Budget } from '../../base/files/budget.ts'

/** A tensor in a file, with the values of `onnx.proto` as they are. */
export interface OnnxTensor {
  name: string
  dims: number[]
  dataType: number
  rawData: Uint8Array
}

/** Field numbers in `onnx.proto`: of a model, its graph, and a tensor. */
const graph = 7
const initializer = 5
const [dims, dataType, name, rawData] = [1, 2, 8, 9]

/** Overhead of a tensor in bytes, beyond its data. */
const bytesOfTensor = 512

/**
 * Returns the initializers of an ONNX model. Skips all other fields, because the objects of a whole model would take
 * hundreds of times the file's size. Throws the library's errors for bytes that are not Protocol Buffers.
 */
export function onnxTensors(bytes: Uint8Array, budget: Budget): OnnxTensor[] {
  const tensors: OnnxTensor[] = []
  visitFields(bytes, graph, (inside) =>
    visitFields(inside, initializer, (tensor) => {
      budget.take(bytesOfTensor, 'a tensor')
      tensors.push(onnxTensor(tensor, budget))
    }),
  )
  return tensors
}

/** Calls `take` with the bytes of each field of this number. */
function visitFields(message: Uint8Array, wanted: number, take: (bytes: Uint8Array) => void): void {
  visit(message, (number, type, reader) => {
    if (number === wanted && type === WireType.LengthDelimited) take(reader.bytes())
    else reader.skip(type, number)
  })
}

function onnxTensor(message: Uint8Array, budget: Budget): OnnxTensor {
  const tensor: OnnxTensor = { name: '', dims: [], dataType: 0, rawData: new Uint8Array(0) }
  const addLength = (reader: BinaryReader) => {
    budget.take(16, 'a shape')
    tensor.dims.push(Number(reader.int64()))
  }
  visit(message, (number, type, reader) => {
    if (number === dims && type === WireType.Varint) addLength(reader)
    else if (number === dims && type === WireType.LengthDelimited) {
      const packed = new BinaryReader(reader.bytes())
      while (packed.pos < packed.len) addLength(packed)
    } else if (number === dataType && type === WireType.Varint) tensor.dataType = reader.int32()
    else if (number === name && type === WireType.LengthDelimited) tensor.name = reader.string()
    else if (number === rawData && type === WireType.LengthDelimited) tensor.rawData = reader.bytes()
    else reader.skip(type, number)
  })
  return tensor
}

function visit(
  message: Uint8Array,
  take: (number: number, type: WireType, reader: BinaryReader) => void,
): void {
  const reader = new BinaryReader(message)
  while (reader.pos < reader.len) {
    const [number, type] = reader.tag()
    take(number, type, reader)
  }
}
