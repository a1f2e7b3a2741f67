import { demand, describe, InvalidInputError } from '../base/errors.ts'

/** The length of each axis; `[]` is a scalar. */
export type Shape = readonly number[]

/** Formats a shape for messages: `[2, 3]`. */
export function format(shape: Shape): string {
  return `[${shape.join(', ')}]`
}

/** Returns the number of elements. */
export function sizeOf(shape: Shape): number {
  let size = 1
  for (let axis = 0; axis < shape.length; axis++) size *= shape[axis]
  return size
}

export function equalShapes(a: Shape, b: Shape): boolean {
  if (a.length !== b.length) return false
  for (let axis = 0; axis < a.length; axis++) if (a[axis] !== b[axis]) return false
  return true
}

/** Returns the row-major strides of a shape, in elements. */
export function rowMajorStrides(shape: Shape): number[] {
  const strides = new Array<number>(shape.length)
  let stride = 1
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride
    stride *= shape[axis]
  }
  return strides
}

/** Returns the index of the element at a row-major position. */
export function indexAt(position: number, shape: Shape): number[] {
  return rowMajorStrides(shape).map((stride, axis) => Math.floor(position / stride) % shape[axis])
}

/**
 * Returns the shape of an elementwise operation on operands of these shapes, by NumPy's rule: aligned at the last axis, two
 * lengths are compatible if they are equal or one of them is 1. Throws `InvalidInputError` if they are not.
 */
export function broadcastShapes(operation: string, shapes: readonly Shape[]): Shape {
  let result = shapes[0]
  for (let i = 1; i < shapes.length; i++) {
    if (!equalShapes(result, shapes[i])) result = broadcastPair(operation, shapes, result, shapes[i])
  }
  return result
}

/** Returns the joint shape of two of the operands. */
function broadcastPair(operation: string, operands: readonly Shape[], a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length)
  const result = new Array<number>(rank)
  for (let axis = -rank; axis < 0; axis++) {
    const [first, second] = [a.at(axis) ?? 1, b.at(axis) ?? 1]
    if (first !== second && first !== 1 && second !== 1) {
      throw new InvalidInputError(
        `${operation}: shapes ${operands.map(format).join(' and ')} do not broadcast: ` +
          `axis ${axis} is ${first} in one and ${second} in the other`,
      )
    }
    result[rank + axis] = first === 1 ? second : first
  }
  return result
}

/** Returns the axis as 0 ≤ axis < rank; −1 means the last. Throws `InvalidInputError` unless −rank ≤ axis < rank. */
export function normalizeAxis(operation: string, axis: number, rank: number): number {
  demand(
    Number.isInteger(axis) && axis >= -rank && axis < rank,
    () => `${operation}: axis ${describe(axis)} does not exist in ${rank} dimension${rank === 1 ? '' : 's'}`,
  )
  return axis < 0 ? axis + rank : axis
}

/** Returns the axes in ascending order; `undefined` means all. Throws `InvalidInputError` for an invalid or repeated axis. */
export function normalizeAxes(
  operation: string,
  axes: number | readonly number[] | undefined,
  rank: number,
): number[] {
  if (axes === undefined) return Array.from({ length: rank }, (_, axis) => axis)
  if (typeof axes === 'number') return [normalizeAxis(operation, axes, rank)]
  demand(
    axes instanceof Array,
    () => `${operation}: expected an axis or an array of axes, got ${describe(axes)}`,
  )
  const named: number[] = []
  for (let i = 0; i < axes.length; i++) named.push(normalizeAxis(operation, axes[i], rank))
  named.sort((a, b) => a - b)
  demand(
    named.every((axis, i) => axis !== named[i + 1]),
    () => `${operation}: an axis is repeated in ${format(named)}`,
  )
  return named
}
