import { oneOf, type Rule } from '../base/arguments.ts'

/** The element types of tensors. */
export type DType = 'float32' | 'float64' | 'int32' | 'bool'

/** Host arrays, one class for each element type; a `bool` is a byte, 0 or 1. */
export type HostArray = Float32Array | Float64Array | Int32Array | Uint8Array

const hostArrays = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  bool: Uint8Array,
} as const

/** Types from the least to the most general: an operation on two types computes in the more general one. */
const generality: readonly DType[] = ['bool', 'int32', 'float32', 'float64']

/** The argument is the name of an element type. */
export const dtypeRule: Rule = oneOf(generality)

/** Returns a zeroed host array of `length` elements. */
export function allocateHost(dtype: DType, length: number): HostArray {
  return new hostArrays[dtype](length)
}

/** Returns the bytes of `length` elements in a host array. */
export function bytesOf(dtype: DType, length: number): number {
  return hostArrays[dtype].BYTES_PER_ELEMENT * length
}

/** Returns a new host array with these values, converted by JavaScript's rules; for `bool`, whether they are not 0. */
export function convertHost(dtype: DType, values: ArrayLike<number>): HostArray {
  return dtype === 'bool'
    ? Uint8Array.from(values, (value) => (value === 0 ? 0 : 1))
    : new hostArrays[dtype](values)
}

/** Returns the element type of a host array. */
export function dtypeOf(array: HostArray): DType {
  if (array instanceof Float32Array) return 'float32'
  if (array instanceof Float64Array) return 'float64'
  return array instanceof Int32Array ? 'int32' : 'bool'
}

export function isFloat(dtype: DType): boolean {
  return dtype === 'float32' || dtype === 'float64'
}

/** Returns the cast of numbers to a type. To int32: rounds towards zero, clamps to the range, and turns NaN into 0. */
export function castScalar(dtype: DType): (value: number) => number {
  if (dtype === 'bool') return (value) => Number(value !== 0)
  if (dtype === 'int32') return (value) => Math.max(-(2 ** 31), Math.min(Math.trunc(value), 2 ** 31 - 1)) | 0
  return (value) => value
}

/** Whether a number is an int32. */
export function isInt32(value: number): boolean {
  return (value | 0) === value
}

/** Returns the type in which an operation on these types computes. */
export function promote(...dtypes: readonly DType[]): DType {
  return dtypes.reduce((a, b) => (generality.indexOf(a) >= generality.indexOf(b) ? a : b))
}

/** Returns `dtype` if it is a floating type, otherwise `float32`: the type of `exp` of integers, as in PyTorch. */
export function toFloat(dtype: DType): DType {
  return isFloat(dtype) ? dtype : 'float32'
}
