import type { Budget } from '../../../base/files/budget.ts'
import type { Refuse } from '../../../base/files/refusal.ts'
import { bytesOf } from '../../../engine/dtype.ts'
import type { Shape } from '../../../engine/index.ts'
import { sizeOf } from '../../../engine/shape.ts'
import { type ElementTypeName, elementTypes } from '../elementTypes.ts'

/** A row of numbers that tensors are windows into, and may share. */
export interface StorageReference {
  readonly key: string
  readonly type: ElementTypeName
  /** In elements. */
  readonly length: number
}

/** A tensor as PyTorch keeps it: element [i, j, …] is the storage's number offset + i · strides[0] + j · strides[1] … */
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

/** Of a tensor; PyTorch has no more. */
const mostAxes = 64

/** A view out of the values that a pickle gives for it. Throws where it reaches beyond its storage. */
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

/** Whole numbers from 0 to 2⁵³. */
export function isSizes(value: unknown): value is number[] {
  return (
    Array.isArray(value) &&
    value.length <= mostAxes &&
    value.every((length) => Number.isSafeInteger(length) && length >= 0)
  )
}

/**
 * The elements of a view, row-major, out of the bytes of its storage: a part of them where that is possible. Takes out of
 * the budget what they need, here and as a tensor: views can share elements or repeat them.
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

/** Whether the elements lie one behind the other; the stride along an axis of one element does not matter. */
function isRowMajor({ shape, strides }: TensorView): boolean {
  let expected = 1
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && strides[axis] !== expected) return sizeOf(shape) === 0
    expected *= shape[axis]
  }
  return true
}
