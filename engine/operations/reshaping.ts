import { arrayOf, check, largestCount, whole } from '../../base/arguments.ts'
import { demand } from '../../base/errors.ts'
import {
  broadcastShapes,
  equalShapes,
  format,
  normalizeAxes,
  normalizeAxis,
  type Shape,
  sizeOf,
} from '../shape.ts'
import type { Tensor, TensorLike } from '../tensor.ts'
import { asTensor, checkShape } from './constants.ts'
import { apply, type Primitive } from './primitive.ts'

type Numbers = readonly number[]

export const reshapePrimitive: Primitive<'reshape'> = {
  name: 'reshape',
  formula: 'the same elements in row-major order',
  infer: ([x], attributes) => {
    const shape = attributes.shape
    demand(
      sizeOf(shape) === sizeOf(x.shape),
      () =>
        `reshape: expected a shape of ${sizeOf(x.shape)} elements like ${format(x.shape)}, got ${format(shape)}`,
    )
    return { shape, dtype: x.dtype }
  },
  vjp: (gradient, { inputs: [x] }) => [reshape(gradient, x.shape)],
  examples: [
    { inputs: [{ shape: [2, 6] }], attributes: { shape: [3, 4] } },
    { inputs: [{ shape: [] }], attributes: { shape: [1, 1] } },
  ],
}

export const permutePrimitive: Primitive<'permute'> = {
  name: 'permute',
  formula: 'output axis i is input axis order[i]',
  infer: ([x], attributes) => {
    const order = attributes.order
    return { shape: order.map((axis) => x.shape[axis]), dtype: x.dtype }
  },
  vjp: (gradient, { attributes }) => {
    const order = attributes.order
    return [
      permute(
        gradient,
        order.map((_, axis) => order.indexOf(axis)),
      ),
    ]
  },
  examples: [
    { inputs: [{ shape: [2, 3] }], attributes: { order: [1, 0] } },
    { inputs: [{ shape: [2, 3, 4, 5] }], attributes: { order: [2, 0, 3, 1] } },
  ],
}

export const broadcastToPrimitive: Primitive<'broadcastTo'> = {
  name: 'broadcastTo',
  formula: 'repeats axes of length 1',
  infer: ([x], attributes) => {
    const shape = attributes.shape
    demand(
      equalShapes(broadcastShapes('broadcastTo', [x.shape, shape]), shape),
      () => `broadcastTo: ${format(x.shape)} does not broadcast to ${format(shape)}`,
    )
    return { shape, dtype: x.dtype }
  },
  // The backward pass sums a gradient of the output's shape to the input's.
  vjp: (gradient) => [gradient],
  examples: [
    { inputs: [{ shape: [3, 1] }], attributes: { shape: [2, 3, 4] } },
    { inputs: [{ shape: [] }], attributes: { shape: [5] } },
  ],
}

const lengthsOrRest = arrayOf(whole(-1))

const axisNumbers = arrayOf(whole(-largestCount))

const position = whole(-largestCount)

/** Returns the elements, in row-major order, in another shape; one length may be −1 and is inferred from the others. */
export function reshape(x: TensorLike, shape: Shape): Tensor {
  const value = asTensor('reshape', x)
  check('reshape', 'shape', shape, lengthsOrRest)
  const known = shape.reduce((product, length) => (length === -1 ? product : product * length), 1)
  demand(
    known > 0 || !shape.includes(-1),
    () =>
      `reshape of ${format(value.shape)}: −1 is ambiguous in a shape with an axis of length 0, got ${format(shape)}`,
  )
  demand(
    !shape.includes(-1) || value.size % known === 0,
    () =>
      `reshape of ${format(value.shape)}: ${value.size} elements are not a multiple of ${known}, got ${format(shape)}`,
  )
  const completed = shape.map((length) => (length === -1 ? value.size / known : length))
  checkShape('reshape', completed, value.shape)
  if (equalShapes(completed, value.shape)) return value
  return apply(reshapePrimitive, [value], { shape: completed })
}

/** Merges the axes from `start` on into one. PyTorch: `torch.flatten`. */
export function flatten(x: TensorLike, start = 0): Tensor {
  const value = asTensor('flatten', x)
  check('flatten', 'start', start, position)
  return reshape(value, [...value.shape.slice(0, start), sizeOf(value.shape.slice(start))])
}

/** Reorders axes: output axis i is input axis `order[i]`. PyTorch: `torch.permute`. */
export function permute(x: TensorLike, order: Numbers): Tensor {
  const value = asTensor('permute', x)
  check('permute', 'order', order, axisNumbers)
  const axes = order.map((axis) => normalizeAxis('permute', axis, value.rank))
  demand(
    new Set(axes).size === value.rank && axes.length === value.rank,
    () =>
      `permute: expected each of the ${value.rank} axes of ${format(value.shape)} once, got ${format(order)}`,
  )
  return axes.every((axis, i) => axis === i) ? value : apply(permutePrimitive, [value], { order: axes })
}

/** Swaps two axes, by default the last two. PyTorch: `torch.transpose`. */
export function transpose(x: TensorLike, a = -2, b = -1): Tensor {
  const value = asTensor('transpose', x)
  const first = normalizeAxis('transpose', a, value.rank)
  const second = normalizeAxis('transpose', b, value.rank)
  const order = value.shape.map((_, axis) => axis)
  return permute(value, order.with(first, second).with(second, first))
}

/** Repeats axes of length 1 and new leading axes to the given shape. PyTorch: `torch.broadcast_to`. */
export function broadcastTo(x: TensorLike, shape: Shape): Tensor {
  const value = asTensor('broadcastTo', x)
  checkShape('broadcastTo', shape)
  return equalShapes(value.shape, shape) ? value : apply(broadcastToPrimitive, [value], { shape })
}

/** Inserts an axis of length 1 before `axis`. PyTorch: `torch.unsqueeze`. */
export function expandDimensions(x: TensorLike, axis: number): Tensor {
  const value = asTensor('expandDimensions', x)
  return reshape(value, value.shape.toSpliced(normalizeAxis('expandDimensions', axis, value.rank + 1), 0, 1))
}

/** Drops axes of length 1: the named ones, or all. PyTorch: `torch.squeeze`, but a named longer axis is an error. */
export function squeeze(x: TensorLike, axes?: number | Numbers): Tensor {
  const value = asTensor('squeeze', x)
  const ones = value.shape.flatMap((length, axis) => (length === 1 ? [axis] : []))
  const dropped = axes === undefined ? ones : normalizeAxes('squeeze', axes, value.rank)
  for (const axis of dropped) {
    demand(
      value.shape[axis] === 1,
      () => `squeeze: expected axis ${axis} of ${format(value.shape)} to have length 1`,
    )
  }
  return reshape(
    value,
    value.shape.filter((_, axis) => !dropped.includes(axis)),
  )
}
