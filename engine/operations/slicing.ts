import { anyNumber, arrayOf, check, largestCount, whole } from '../../base/arguments.ts'
import { demand, describe } from '../../base/errors.ts'
import { promote } from '../dtype.ts'
import { format, normalizeAxes, normalizeAxis } from '../shape.ts'
import type { Tensor, TensorLike } from '../tensor.ts'
import { cast } from './casts.ts'
import { asTensor, checkOperands, literal } from './constants.ts'
import { apply, type Primitive } from './primitive.ts'
import { broadcastTo, expandDimensions, squeeze } from './reshaping.ts'
import { sharedType } from './types.ts'
import { where } from './where.ts'

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
  formula: 'output[starts + i · steps] = x[i], 0 elsewhere',
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
  formula: 'inputs joined along an axis',
  infer: (inputs, attributes) => {
    const axis = attributes.axis
    const [first, ...others] = inputs.map(({ shape }) => shape)
    for (const shape of others) {
      demand(
        shape.length === first.length && shape.every((length, i) => i === axis || length === first[i]),
        () =>
          `concatenate: expected shapes that match except on axis ${axis}, got ${format(first)} and ${format(shape)}`,
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

/** A range of an axis: all of it (`null`), one element (the axis is dropped), or `[start, stop, step]` as in Python. */
export type Range = null | number | readonly [number | null, (number | null)?, number?]

/**
 * Part of a tensor, as Python's `x[…]`: `slice(x, [1, 3], null, [null, null, -1], 0)` is
 * `x[1:3, :, ::-1, 0]`. Axes that are not named are taken whole.
 */
export function slice(x: TensorLike, ...ranges: Range[]): Tensor {
  const value = asTensor('slice', x)
  demand(
    ranges.length <= value.rank,
    () => `slice: expected at most ${value.rank} ranges for ${format(value.shape)}, got ${ranges.length}`,
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

/** Resolves a range on an axis of this length by Python's rules for `start:stop:step`. */
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
      () => `slice: index ${range} is out of range of axis ${axis} with length ${length}`,
    )
    return { start, step: 1, count: 1 }
  }
  const step = range[2] ?? 1
  demand(
    range instanceof Array &&
      range.length <= 3 &&
      range.every((bound) => bound == null || Number.isSafeInteger(bound)) &&
      step !== 0,
    () => `slice: expected integer bounds and a nonzero step, got ${describe(range)}`,
  )
  const [lowest, highest] = step > 0 ? [0, length] : [-1, length - 1]
  const bound = (position: number) =>
    Math.min(Math.max(position < 0 ? position + length : position, lowest), highest)
  const start = range[0] == null ? (step > 0 ? 0 : length - 1) : bound(range[0])
  const stop = range[1] == null ? (step > 0 ? length : -1) : bound(range[1])
  return { start, step, count: Math.max(0, Math.ceil((stop - start) / step)) }
}

/** Reverses the order of elements along the axes. PyTorch: `torch.flip`. */
export function flip(x: TensorLike, axes: number | readonly number[]): Tensor {
  const value = asTensor('flip', x)
  const flipped = normalizeAxes('flip', axes, value.rank)
  return slice(
    value,
    ...value.shape.map((_, axis): Range => (flipped.includes(axis) ? [null, null, -1] : null)),
  )
}

/** Pads each axis with `[before, after]` elements of the value `fill`. PyTorch: `torch.nn.functional.pad`. */
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

/** Joins tensors along an axis. PyTorch: `torch.cat`. */
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

/** Joins tensors along a new axis. PyTorch: `torch.stack`. */
export function stack(tensors: readonly TensorLike[], axis = 0): Tensor {
  checkTensors('stack', tensors)
  return concatenate(
    tensors.map((value) => expandDimensions(value, axis)),
    axis,
  )
}
