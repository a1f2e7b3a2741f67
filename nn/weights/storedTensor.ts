import type { Refuse } from '../../base/files/refusal.ts'
import { allocateHost } from '../../engine/dtype.ts'
import { type HostArray, type Shape, type Tensor, tensor } from '../../engine/index.ts'
import { sizeOf } from '../../engine/shape.ts'
import type { StateDict } from '../stateDict.ts'
import { type ElementType, type ElementTypeName, elementTypes, writtenTypes } from './elementTypes.ts'

/** A tensor as stored in a file. Conversion between formats goes through this, and so preserves every bit. */
export interface StoredTensor {
  readonly type: ElementTypeName
  readonly shape: Shape
  /** Elements, row-major, little-endian. */
  readonly bytes: Uint8Array
}

/** The tensors of a weight file, in its order. */
export type StoredTensors = ReadonlyMap<string, StoredTensor>

/** Converts to tensors of the engine. Half precision becomes float32, integers int32; refuses what int32 cannot hold. */
export function decodeTensors(stored: StoredTensors, refuse: Refuse): StateDict {
  return new Map(Array.from(stored, ([name, value]) => [name, decodeTensor(name, value, refuse)]))
}

function decodeTensor(name: string, { type, shape, bytes }: StoredTensor, refuse: Refuse): Tensor {
  const { bytes: width, dtype, read, holds = () => true }: ElementType = elementTypes[type]
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const values = allocateHost(dtype, sizeOf(shape))
  for (let i = 0; i < values.length; i++) {
    const value = read(view, i * width)
    if (!holds(value)) refuse(`'${name}' holds ${value}, which ${dtype} cannot represent`)
    values[i] = value
  }
  return tensor(values, { shape, dtype })
}

/** Converts from tensors of the engine: float32 to F32, float64 to F64, int32 to I64, bool to BOOL. */
export async function encodeTensors(tensors: StateDict): Promise<StoredTensors> {
  const stored = new Map<string, StoredTensor>()
  for (const [name, value] of tensors) {
    const { shape, dtype } = value
    stored.set(name, { type: writtenTypes[dtype], shape, bytes: encodeElements(await value.data()) })
  }
  return stored
}

function encodeElements(elements: HostArray): Uint8Array {
  const written = elements instanceof Int32Array ? BigInt64Array.from(elements, BigInt) : elements
  return new Uint8Array(written.buffer, written.byteOffset, written.byteLength)
}
