import type { Budget } from '../../../base/files/budget.ts'
import type { Refuse } from '../../../base/files/refusal.ts'
import { bytesOf } from '../../../engine/dtype.ts'
import type { Shape } from '../../../engine/index.ts'
import { sizeOf } from '../../../engine/shape.ts'
import { type ElementTypeName, elementTypes } from '../elementTypes.ts'

/** A flat array of elements that tensors are views of, and may share. */
export interface StorageReference {
  readonly key: string
  readonly type: ElementTypeName
  /** Length in elements. */
  readonly length: number
}

/** A tensor as in PyTorch: element [i, j, …] is the storage's element offset + i · strides[0] + j · strides[1] + …. */
export class TensorView {
  readonly storage: StorageReference
  readonly offset: number
  readonly shape: Shape
  readonly strides: readonly number[]

  constructor(storage: StorageReference, offset: number, shape: Shape, strides: readonly number[]) {
    this.storage = storage
    this.offset = offset
    this.shape = shape
    this.strides = strides
  }
}

/** PyTorch's limit of axes. */
const mostAxes = 64

/** Makes a view from the arguments in a pickle. Throws if it reaches beyond its storage. */
export function tensorView(values: readonly unknown[], { refuse }: { refuse: Refuse }): TensorView {
  const [storage, offset, shape, strides] = values
  if (!isStorage(storage)) return refuse('a tensor has no storage')
  if (!isSizes([offset]) || !isSizes(shape) || !isSizes(strides) || shape.length !== strides.length) {
    return refuse(`a tensor in storage ${storage.key} has no valid offset, shape and strides`)
  }
  const [start] = [offset] as number[]
  const last = shape.reduce((sum, length, axis) => sum + (length - 1) * strides[axis], start)
  if (sizeOf(shape) > 0 && last >= storage.length) {
    refuse(`a tensor reaches to element ${last} of storage ${storage.key}, which has ${storage.length}`)
  }
  return new TensorView(storage, start, shape, strides)
}

function isStorage(value: unknown): value is StorageReference {
  return typeof value === 'object' && value !== null && 'key' in value && 'length' in value
}

/** Whether this is an array of integers from 0 to 2⁵³ − 1. */
export function isSizes(value: unknown): value is number[] {
  return (
    Array.isArray(value) &&
    value.length <= mostAxes &&
    value.every((length) => Number.isSafeInteger(length) && length >= 0)
  )
}

/**
 * Returns the elements of a view, row-major, from the bytes of its storage; without copying if possible. Charges the
 * budget for them, both here and as a tensor, because views can share or repeat elements.
 */
export function elementsOf(view: TensorView, storage: Uint8Array, budget: Budget): Uint8Array {
  const { bytes: width, dtype } = elementTypes[view.storage.type]
  const size = sizeOf(view.shape)
  budget.take(size * width + bytesOf(dtype, size), 'a tensor')
  const start = view.offset * width
  if (isRowMajor(view)) return storage.subarray(start, start + size * width)
  const elements = new Uint8Array(size * width)
  let next = 0
  const visit = (axis: number, position: number) => {
    if (axis < view.shape.length) {
      for (let i = 0; i < view.shape[axis]; i++) visit(axis + 1, position + i * view.strides[axis] * width)
    } else {
      for (let i = 0; i < width; i++) elements[next++] = storage[position + i]
    }
  }
  visit(0, start)
  return elements
}

/** Whether the elements are contiguous in row-major order; the stride of an axis of length 1 does not matter. */
function isRowMajor({ shape, strides }: TensorView): boolean {
  let expected = 1
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && strides[axis] !== expected) return sizeOf(shape) === 0
    expected *= shape[axis]
  }
  return true
}
