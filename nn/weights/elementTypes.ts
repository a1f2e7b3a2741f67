import { getFloat16 } from '@petamoriken/float16'
import type { DType } from '../../engine/index.ts'

/** An element type of weight files. */
export interface ElementType {
  readonly bytes: number
  /** Its type in a tensor. */
  readonly dtype: DType
  /** PyTorch's storage class for it. */
  readonly storage: string
  /** Reads the little-endian element at this byte. */
  readonly read: (view: DataView, at: number) => number
  /** Whether the tensor's type can represent this element. Default: always. */
  readonly holds?: (value: number) => boolean
}

/** Element types by their names in safetensors files. */
export const elementTypes = {
  F64: {
    bytes: 8,
    dtype: 'float64',
    storage: 'DoubleStorage',
    read: (view, at) => view.getFloat64(at, true),
  },
  F32: {
    bytes: 4,
    dtype: 'float32',
    storage: 'FloatStorage',
    read: (view, at) => view.getFloat32(at, true),
  },
  F16: {
    bytes: 2,
    dtype: 'float32',
    storage: 'HalfStorage',
    read: (view, at) => getFloat16(view, at, true),
  },
  BF16: {
    bytes: 2,
    dtype: 'float32',
    storage: 'BFloat16Storage',
    read: (view, at) => bfloat16(view.getUint16(at, true)),
  },
  I64: {
    bytes: 8,
    dtype: 'int32',
    storage: 'LongStorage',
    read: (view, at) => Number(view.getBigInt64(at, true)),
    holds: (value) => value === (value | 0),
  },
  I32: { bytes: 4, dtype: 'int32', storage: 'IntStorage', read: (view, at) => view.getInt32(at, true) },
  I16: { bytes: 2, dtype: 'int32', storage: 'ShortStorage', read: (view, at) => view.getInt16(at, true) },
  I8: { bytes: 1, dtype: 'int32', storage: 'CharStorage', read: (view, at) => view.getInt8(at) },
  U8: { bytes: 1, dtype: 'int32', storage: 'ByteStorage', read: (view, at) => view.getUint8(at) },
  BOOL: {
    bytes: 1,
    dtype: 'bool',
    storage: 'BoolStorage',
    read: (view, at) => view.getUint8(at),
    holds: (value) => value <= 1,
  },
} as const satisfies Readonly<Record<string, ElementType>>

export type ElementTypeName = keyof typeof elementTypes

export const elementTypeNames = Object.keys(elementTypes) as ElementTypeName[]

/** The element type that each type of the engine is written as. int32 becomes int64, the type of PyTorch's counters. */
export const writtenTypes: Readonly<Record<DType, ElementTypeName>> = {
  float32: 'F32',
  float64: 'F64',
  int32: 'I64',
  bool: 'BOOL',
}

const scratch = new DataView(new ArrayBuffer(4))

/** Decodes a bfloat16, the upper half of a float32. */
function bfloat16(bits: number): number {
  scratch.setUint32(0, bits << 16)
  return scratch.getFloat32(0)
}
