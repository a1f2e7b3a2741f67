import { anyNumber, arrayOf, check, largestCount, whole } from '../arguments.ts'
import { promote } from '../dtype.ts'
import { demand, describe } from '../errors.ts'
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
import { asTensor, checkOperands, checkShape, literal } from './constants.ts'
import { cast, where } from './elementwise.ts'
import { apply, type Primitive } from './primitive.ts'
import { sharedType } from './types.ts'

type Numbers = readonly number[]

export const reshapePrimitive: Primitive<'reshape'> = {
  name: 'reshape',
  formula: 'the same elements in row-major order',
  infer: ([x], attributes) => {
    const shape = attributes.shape
    demand(
      sizeOf(shape) === sizeOf(x.shape),
      () =>
        `reshape: ${format(x.shape)} has ${sizeOf(x.shape)} elements, but ${format(shape)} holds ${sizeOf(shape)}`,
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
      () => `broadcastTo: ${format(x.shape)} cannot become ${format(shape)}`,
    )
    return { shape, dtype: x.dtype }
  },
  // The walk sums a gradient of the output's shape back to the input's.
  vjp: (gradient) => [gradient],
  examples: [
    { inputs: [{ shape: [3, 1] }], attributes: { shape: [2, 3, 4] } },
    { inputs: [{ shape: [] }], attributes: { shape: [5] } },
  ],
}

export const slicePrimitive: Primitive<'slice'> = {
  name: 'slice',
  formula: 'output[i] = x[starts + i · steps]',
  infer: ([x], attributes) => ({ shape: attributes.shape, dtype: x.dtype }),
  vjp: (gradient, { inputs: [x], attributes }) => [
    apply(embedPrimitive, [gradient], { ...attributes, shape: x.shape }),
  ],
  examples: [
    { inputs: [{ shape: [9] }], attributes: { starts: [1], steps: [3], shape: [3] } },
    { inputs: [{ shape: [4, 5] }], attributes: { starts: [3, 1], steps: [-1, 2], shape: [4, 2] } },
  ],
}

export const embedPrimitive: Primitive<'embed'> = {
  name: 'embed',
  formula: 'output[starts + i · steps] = x[i], else 0',
  infer: ([x], attributes) => ({ shape: attributes.shape, dtype: x.dtype }),
  vjp: (gradient, { inputs: [x], attributes }) => [
    apply(slicePrimitive, [gradient], { ...attributes, shape: x.shape }),
  ],
  examples: [
    { inputs: [{ shape: [3] }], attributes: { starts: [1], steps: [3], shape: [9] } },
    { inputs: [{ shape: [4, 2] }], attributes: { starts: [3, 1], steps: [-1, 2], shape: [4, 5] } },
  ],
}

export const concatenatePrimitive: Primitive<'concatenate'> = {
  name: 'concatenate',
  formula: 'one after the other along an axis',
  infer: (inputs, attributes) => {
    const axis = attributes.axis
    const [first, ...others] = inputs.map(({ shape }) => shape)
    for (const shape of others) {
      demand(
        shape.length === first.length && shape.every((length, i) => i === axis || length === first[i]),
        () => `concatenate: shapes ${format(first)} and ${format(shape)} differ beside axis ${axis}`,
      )
    }
    const total = inputs.reduce((sum, { shape }) => sum + shape[axis], 0)
    return { shape: first.with(axis, total), dtype: sharedType('concatenate', 'any', inputs) }
  },
  vjp: (gradient, { inputs, attributes }) => {
    const axis = attributes.axis
    const zeros = gradient.shape.map(() => 0)
    let start = 0
    return inputs.map(({ shape }) => {
      const starts = zeros.with(axis, start)
      start += shape[axis]
      return apply(slicePrimitive, [gradient], { starts, steps: zeros.map(() => 1), shape })
    })
  },
  examples: [
    { inputs: [{ shape: [2, 3] }, { shape: [2, 1] }, { shape: [2, 4] }], attributes: { axis: 1 } },
    { inputs: [{ shape: [2] }, { shape: [0] }, { shape: [3] }], attributes: { axis: 0 } },
  ],
}

const lengthsOrRest = arrayOf(whole(-1))
const axisNumbers = arrayOf(whole(-largestCount))
const position = whole(-largestCount)

/** The same elements in row-major order in another shape; one length may be −1: what remains, beside axes that are not 0. */
export function reshape(x: TensorLike, shape: Shape): Tensor {
  const value = asTensor('reshape', x)
  check('reshape', 'shape', shape, lengthsOrRest)
  const known = shape.reduce((product, length) => (length === -1 ? product : product * length), 1)
  demand(
    known > 0 || !shape.includes(-1),
    () =>
      `reshape of ${format(value.shape)}: −1 could be anything beside an axis of length 0, got ${format(shape)}`,
  )
  const completed = shape.map((length) => (length === -1 ? value.size / known : length))
  checkShape('reshape', completed, value.shape)
  if (equalShapes(completed, value.shape)) return value
  return apply(reshapePrimitive, [value], { shape: completed })
}

/** Axes `start` and after as one axis. PyTorch: `torch.flatten`. */
export function flatten(x: TensorLike, start = 0): Tensor {
  const value = asTensor('flatten', x)
  check('flatten', 'start', start, position)
  return reshape(value, [...value.shape.slice(0, start), sizeOf(value.shape.slice(start))])
}

/** Output axis i is input axis `order[i]`. PyTorch: `torch.permute`. */
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

/** Repeats axes of length 1, and new ones in front, to the given shape. PyTorch: `torch.broadcast_to`. */
export function broadcastTo(x: TensorLike, shape: Shape): Tensor {
  const value = asTensor('broadcastTo', x)
  checkShape('broadcastTo', shape)
  return equalShapes(value.shape, shape) ? value : apply(broadcastToPrimitive, [value], { shape })
}

/** A new axis of length 1 before `axis`. PyTorch: `torch.unsqueeze`. */
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
    demand(value.shape[axis] === 1, () => `squeeze: axis ${axis} of ${format(value.shape)} is longer than 1`)
  }
  return reshape(
    value,
    value.shape.filter((_, axis) => !dropped.includes(axis)),
  )
}

/** What to take of an axis: all of it, one element (and drop the axis), or `[start, stop, step]` as in Python. */
export type Range = null | number | readonly [number | null, (number | null)?, number?]

/**
 * Part of a tensor, as Python's `x[…]`: `slice(x, [1, 3], null, [null, null, -1], 0)` is
 * `x[1:3, :, ::-1, 0]`. Axes that are not named are taken whole.
 */
export function slice(x: TensorLike, ...ranges: Range[]): Tensor {
  const value = asTensor('slice', x)
  demand(
    ranges.length <= value.rank,
    () => `slice: ${ranges.length} ranges were given for ${format(value.shape)}`,
  )
  const spans = value.shape.map((length, axis) => resolveRange(ranges[axis] ?? null, length, axis))
  const sliced = apply(slicePrimitive, [value], {
    starts: spans.map(({ start }) => start),
    steps: spans.map(({ step }) => step),
    shape: spans.map(({ count }) => count),
  })
  const picked = ranges.flatMap((range, axis) => (typeof range === 'number' ? [axis] : []))
  return picked.length > 0 ? squeeze(sliced, picked) : sliced
}

/** Python's rules for `start:stop:step` on an axis of this length. */
function resolveRange(
  range: Range,
  length: number,
  axis: number,
): { start: number; step: number; count: number } {
  if (range === null) return { start: 0, step: 1, count: length }
  if (typeof range === 'number') {
    const start = range < 0 ? range + length : range
    demand(
      Number.isInteger(range) && start >= 0 && start < length,
      () => `slice: index ${range} is outside axis ${axis} of length ${length}`,
    )
    return { start, step: 1, count: 1 }
  }
  const step = range[2] ?? 1
  demand(
    range instanceof Array &&
      range.length <= 3 &&
      range.every((bound) => bound == null || Number.isSafeInteger(bound)) &&
      step !== 0,
    () => `slice: expected whole bounds and a step other than 0, got ${describe(range)}`,
  )
  const [lowest, highest] = step > 0 ? [0, length] : [-1, length - 1]
  const bound = (position: number) =>
    Math.min(Math.max(position < 0 ? position + length : position, lowest), highest)
  const start = range[0] == null ? (step > 0 ? 0 : length - 1) : bound(range[0])
  const stop = range[1] == null ? (step > 0 ? length : -1) : bound(range[1])
  return { start, step, count: Math.max(0, Math.ceil((stop - start) / step)) }
}

/** The elements in reverse order along the axes. PyTorch: `torch.flip`. */
export function flip(x: TensorLike, axes: number | Numbers): Tensor {
  const value = asTensor('flip', x)
  const flipped = normalizeAxes('flip', axes, value.rank)
  return slice(
    value,
    ...value.shape.map((_, axis): Range => (flipped.includes(axis) ? [null, null, -1] : null)),
  )
}

/** Adds `[before, after]` elements to each axis, of the given value. PyTorch: `torch.nn.functional.pad`. */
export function pad(x: TensorLike, widths: readonly (readonly [number, number])[], fill = 0): Tensor {
  const value = asTensor('pad', x)
  check('pad', 'widths', widths, arrayOf(arrayOf(whole(0, largestCount), 2), value.rank))
  check('pad', 'fill', fill, anyNumber)
  const attributes = {
    starts: widths.map(([before]) => before),
    steps: widths.map(() => 1),
    shape: value.shape.map((length, axis) => length + widths[axis][0] + widths[axis][1]),
  }
  const padded = apply(embedPrimitive, [value], attributes)
  if (fill === 0) return padded
  const inside = apply(embedPrimitive, [broadcastTo(literal(1, 'bool'), value.shape)], attributes)
  return where(inside, padded, fill)
}

function checkTensors(operation: string, tensors: readonly TensorLike[]): void {
  demand(
    tensors instanceof Array && tensors.length > 0,
    () => `${operation}: expected an array of at least one tensor, got ${describe(tensors)}`,
  )
  checkOperands(operation, ...tensors)
}

/** One after the other along an axis. PyTorch: `torch.cat`. */
export function concatenate(tensors: readonly TensorLike[], axis = 0): Tensor {
  checkTensors('concatenate', tensors)
  const values = tensors.map((value) => asTensor('concatenate', value))
  const type = promote(...values.map(({ dtype }) => dtype))
  return apply(
    concatenatePrimitive,
    values.map((value) => cast(value, type)),
    { axis: normalizeAxis('concatenate', axis, values[0].rank) },
  )
}

/** Along a new axis. PyTorch: `torch.stack`. */
export function stack(tensors: readonly TensorLike[], axis = 0): Tensor {
  checkTensors('stack', tensors)
  return concatenate(
    tensors.map((value) => expandDimensions(value, axis)),
    axis,
  )
}
