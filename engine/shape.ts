import { demand, describe } from '../base/errors.ts'

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
  const [first] = shapes
  if (shapes.every((shape) => equalShapes(shape, first))) return first
  const rank = Math.max(...shapes.map((shape) => shape.length))
  const result = new Array<number>(rank).fill(1)
  for (const shape of shapes) {
    const missing = rank - shape.length
    shape.forEach((length, axis) => {
      const sofar = result[missing + axis]
      demand(
        length === sofar || length === 1 || sofar === 1,
        () =>
          `${operation}: shapes ${shapes.map(format).join(' and ')} do not broadcast: ` +
          `axis ${missing + axis - rank} is ${sofar} in one and ${length} in the other`,
      )
      if (sofar === 1) result[missing + axis] = length
    })
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
