import { check, count } from '../../base/arguments.ts'
import { demand } from '../../base/errors.ts'
import { promote } from '../dtype.ts'
import { broadcastShapes, equalShapes, format, normalizeAxis, type Shape } from '../shape.ts'
import type { Tensor, TensorLike } from '../tensor.ts'
import { add } from './arithmetic.ts'
import { cast } from './casts.ts'
import { equal } from './comparisons.ts'
import { arange, asTensor, checkTensor } from './constants.ts'
import { apply, type Primitive } from './primitive.ts'
import { broadcastTo, expandDimensions, reshape } from './reshaping.ts'
import { sharedType } from './types.ts'

export const gatherPrimitive: Primitive<'gather'> = {
  name: 'gather',
  formula: 'output[…, i, …] = x[…, index[…, i, …], …] along an axis; NaN if the index is out of range',
  infer: ([x, index], attributes) => {
    const axis = attributes.axis
    demand(index.dtype === 'int32', () => `gather: expected int32 indices, got ${index.dtype}`)
    checkOtherAxes('gather', x.shape, index.shape, axis)
    return { shape: index.shape, dtype: x.dtype }
  },
  vjp: (gradient, { inputs: [x, index], attributes }) => {
    const axis = attributes.axis
    return [apply(scatterAddPrimitive, [gradient, index], { axis, length: x.shape[axis] }), undefined]
  },
  examples: [
    {
      inputs: [{ shape: [3, 5] }, { shape: [3, 2], dtype: 'int32', domain: [0, 5] }],
      attributes: { axis: 1 },
    },
    {
      inputs: [{ shape: [4, 2, 3] }, { shape: [6, 2, 3], dtype: 'int32', domain: [0, 4] }],
      attributes: { axis: 0 },
    },
  ],
}

export const scatterAddPrimitive: Primitive<'scatterAdd'> = {
  name: 'scatterAdd',
  formula:
    'output[…, index[…, i, …], …] += source[…, i, …] along an axis, from 0; indices out of range are ignored',
  infer: ([source, index], attributes) => {
    const axis = attributes.axis
    demand(index.dtype === 'int32', () => `scatterAdd: expected int32 indices, got ${index.dtype}`)
    demand(
      equalShapes(source.shape, index.shape),
      () =>
        `scatterAdd: expected source and index of one shape, got ${format(source.shape)} and ${format(index.shape)}`,
    )
    const dtype = sharedType('scatterAdd', 'number', [source])
    return { shape: source.shape.with(axis, attributes.length), dtype }
  },
  vjp: (gradient, { inputs: [, index], attributes }) => [
    apply(gatherPrimitive, [gradient, index], { axis: attributes.axis }),
    undefined,
  ],
  examples: [
    {
      inputs: [{ shape: [3, 2] }, { shape: [3, 2], dtype: 'int32', domain: [0, 5] }],
      attributes: { axis: 1, length: 5 },
    },
    {
      inputs: [{ shape: [6, 2] }, { shape: [6, 2], dtype: 'int32', domain: [0, 3] }],
      attributes: { axis: 0, length: 3 },
    },
  ],
}

function checkOtherAxes(operation: string, x: Shape, index: Shape, axis: number): void {
  demand(
    x.length === index.length && x.every((length, i) => i === axis || length === index[i]),
    () =>
      `${operation}: expected an index that matches ${format(x)} except on axis ${axis}, got ${format(index)}`,
  )
}

/**
 * Gathers elements along an axis: `output[…, i, …] = x[…, index[…, i, …], …]`. `index` is int32 and has the lengths of
 * `x`, or 1, on the other axes. An index out of range gives NaN (0 for integers). PyTorch: `torch.gather`.
 */
export function gather(x: TensorLike, axis: number, index: Tensor): Tensor {
  const value = asTensor('gather', x)
  checkTensor('gather', 'index', index)
  const along = normalizeAxis('gather', axis, value.rank)
  demand(
    index.rank === value.rank,
    () => `gather: expected an index of the rank of ${format(value.shape)}, got ${format(index.shape)}`,
  )
  const full = broadcastShapes('gather', [index.shape, value.shape.with(along, 1)]).with(
    along,
    index.shape[along],
  )
  return apply(gatherPrimitive, [value, broadcastTo(index, full)], { axis: along })
}

/**
 * Returns x with `output[…, index[…, i, …], …] += source[…, i, …]`, in the more general type of the two; bool counts as
 * int32, as in `add`. PyTorch: `torch.scatter_add`, which requires equal types.
 */
export function scatterAdd(x: TensorLike, axis: number, index: Tensor, source: Tensor): Tensor {
  const value = asTensor('scatterAdd', x)
  checkTensor('scatterAdd', 'index', index)
  checkTensor('scatterAdd', 'source', source)
  const along = normalizeAxis('scatterAdd', axis, value.rank)
  checkOtherAxes('scatterAdd', value.shape, index.shape, along)
  const length = value.shape[along]
  const numbers = cast(source, promote(value.dtype, source.dtype, 'int32'))
  return add(value, apply(scatterAddPrimitive, [numbers, index], { axis: along, length }))
}

/** Selects slices of `x` along an axis by a one-dimensional index. PyTorch: `torch.index_select`. */
export function take(x: TensorLike, axis: number, index: Tensor): Tensor {
  const value = asTensor('take', x)
  checkTensor('take', 'index', index)
  const along = normalizeAxis('take', axis, value.rank)
  demand(index.rank === 1, () => `take: expected a one-dimensional index, got ${format(index.shape)}`)
  const shape = value.shape.map((_, i) => (i === along ? index.size : 1))
  return gather(value, along, reshape(index, shape))
}

/** Adds a last axis of length `classes`: 1 at the label, 0 elsewhere. PyTorch: `torch.nn.functional.one_hot`. */
export function oneHot(labels: Tensor, classes: number): Tensor {
  checkTensor('oneHot', 'labels', labels)
  check('oneHot', 'classes', classes, count)
  demand(labels.dtype === 'int32', () => `oneHot: expected int32 labels, got ${labels.dtype}`)
  return cast(equal(expandDimensions(labels, -1), arange(classes)), 'float32')
}
