import { checkOptions, finite, type Rules, truth } from '../../base/arguments.ts'
import { demand } from '../../base/errors.ts'
import { isFloat, promote } from '../dtype.ts'
import type { FoldName } from '../primitiveNames.ts'
import { format, normalizeAxes, normalizeAxis, type Shape, sizeOf } from '../shape.ts'
import type { Tensor, TensorLike } from '../tensor.ts'
import { add, divide, multiply, negate, subtract } from './arithmetic.ts'
import type { AttributesOf } from './attributes.ts'
import { asFloat, cast } from './casts.ts'
import { equal, less, logicalAnd } from './comparisons.ts'
import { asTensor, detach } from './constants.ts'
import { gather } from './indexing.ts'
import { exp, log, sqrt } from './powers.ts'
import { apply, type Example, type Operand, type Primitive } from './primitive.ts'
import { broadcastTo, reshape } from './reshaping.ts'
import { sharedType } from './types.ts'
import { where } from './where.ts'

export interface ReductionOptions {
  /** Keep reduced axes with length 1. Default false. */
  keepDimensions?: boolean
}

const reductionOptions: Rules<ReductionOptions> = { keepDimensions: truth }

/** `undefined` means all axes. */
export type Axes = number | readonly number[] | undefined

const examples: Example<AttributesOf['sum']>[] = [
  { inputs: [{ shape: [7] }], attributes: { axes: [0] } },
  { inputs: [{ shape: [2, 3, 4, 5] }], attributes: { axes: [0, 2, 3] } },
  { inputs: [{ shape: [3, 4, 2] }], attributes: { axes: [1] } },
  { inputs: [{ shape: [3, 4] }], attributes: { axes: [0, 1] } },
]

function fold(operation: string, x: Operand, axes: readonly number[]): Shape {
  sharedType(operation, 'number', [x])
  return x.shape.map((length, axis) => (axes.includes(axis) ? 1 : length))
}

export const sumPrimitive: Primitive<'sum'> = {
  name: 'sum',
  formula: 'Σ over axes, kept with length 1',
  infer: ([x], { axes }) => ({ shape: fold('sum', x, axes), dtype: x.dtype }),
  vjp: (gradient, { inputs: [x] }) => [broadcastTo(gradient, x.shape)],
  examples: [...examples, { inputs: [{ shape: [2, 0] }], attributes: { axes: [1] } }],
}

export const amaxPrimitive: Primitive<'amax'> = {
  name: 'amax',
  formula: 'max over axes, kept with length 1',
  infer: ([x], { axes }) => ({ shape: fold('amax', x, axes), dtype: x.dtype }),
  // Tied maxima share the gradient.
  vjp: (gradient, { inputs: [x], output, attributes }) => {
    const winners = cast(equal(x, output), x.dtype)
    const share = divide(gradient, apply(sumPrimitive, [winners], attributes))
    return [multiply(winners, share)]
  },
  examples: examples.map((example) => ({ ...example, kinks: { ties: true } })),
}

export const argmaxPrimitive: Primitive<'argmax'> = {
  name: 'argmax',
  formula: 'index of the first maximum along an axis, kept with length 1',
  infer: ([x], { axis }) => ({ shape: fold('argmax', x, [axis]), dtype: 'int32' }),
  vjp: 'none',
  examples: [
    { inputs: [{ shape: [7] }], attributes: { axis: 0 } },
    { inputs: [{ shape: [3, 4, 2] }], attributes: { axis: 1 } },
    { inputs: [{ shape: [4, 9], domain: [-2, 2], dtype: 'int32' }], attributes: { axis: 1 } },
  ],
}

function reduce<Name extends FoldName>(
  primitive: Primitive<Name>,
  x: Tensor,
  axes: Axes,
  { keepDimensions = false }: ReductionOptions,
): Tensor {
  const reduced = normalizeAxes(primitive.name, axes, x.rank)
  if (primitive.name !== 'sum') {
    for (const axis of reduced) {
      demand(x.shape[axis] > 0, () => `${primitive.name}: axis ${axis} of ${format(x.shape)} is empty`)
    }
  }
  const folded = reduced.length > 0 ? apply(primitive, [x], { axes: reduced }) : x
  return keepDimensions ? folded : dropAxes(folded, reduced)
}

function dropAxes(x: Tensor, axes: readonly number[]): Tensor {
  return reshape(
    x,
    x.shape.filter((_, axis) => !axes.includes(axis)),
  )
}

/** Returns the tensor, with bool cast to int32. */
export function asNumbers(operation: string, x: TensorLike): Tensor {
  const value = asTensor(operation, x)
  return cast(value, promote(value.dtype, 'int32'))
}

/**
 * Σ x over the axes; bool counts as int32. A sum of int32 is int32 and wraps around, as each addition does: cast to
 * float32 or float64 if it may overflow. PyTorch: `torch.sum`, which sums int32 in int64.
 */
export function sum(x: TensorLike, axes?: Axes, options: ReductionOptions = {}): Tensor {
  checkOptions('sum', options, reductionOptions)
  return reduce(sumPrimitive, asNumbers('sum', x), axes, options)
}

/** The average over the axes; integers give a floating result. PyTorch: `torch.mean`, which rejects integers. */
export function mean(x: TensorLike, axes?: Axes, options: ReductionOptions = {}): Tensor {
  checkOptions('mean', options, reductionOptions)
  const value = asFloat('mean', x)
  const reduced = normalizeAxes('mean', axes, value.rank)
  return divide(sum(value, reduced, options), countOf(value, reduced))
}

/** Returns the number of elements that a reduction combines into one. */
function countOf({ shape }: Tensor, axes: readonly number[]): number {
  return sizeOf(axes.map((axis) => shape[axis]))
}

/** The largest element over the axes; ties share the gradient. PyTorch: `torch.amax`. */
export function amax(x: TensorLike, axes?: Axes, options: ReductionOptions = {}): Tensor {
  checkOptions('amax', options, reductionOptions)
  return reduce(amaxPrimitive, asNumbers('amax', x), axes, options)
}

/** The smallest element over the axes; ties share the gradient. PyTorch: `torch.amin`. */
export function amin(x: TensorLike, axes?: Axes, options: ReductionOptions = {}): Tensor {
  checkOptions('amin', options, reductionOptions)
  const value = asNumbers('amin', x)
  return reversed(amax(reversed(value), normalizeAxes('amin', axes, value.rank), options))
}

/** Reverses the order of numbers: −x, or −1 − x for integers, because the least int32 has no negative. */
function reversed(x: Tensor): Tensor {
  return isFloat(x.dtype) ? negate(x) : subtract(-1, x)
}

/** The index of the first maximum along an axis, int32. PyTorch: `torch.argmax`. */
export function argmax(x: TensorLike, axis: number, options: ReductionOptions = {}): Tensor {
  checkOptions('argmax', options, reductionOptions)
  const { keepDimensions = false } = options
  const value = asNumbers('argmax', x)
  const along = normalizeAxis('argmax', axis, value.rank)
  demand(value.shape[along] > 0, () => `argmax: axis ${along} of ${format(value.shape)} is empty`)
  const folded = apply(argmaxPrimitive, [value], { axis: along })
  return keepDimensions ? folded : dropAxes(folded, [along])
}

/** The index of the first minimum along an axis, int32. PyTorch: `torch.argmin`. */
export function argmin(x: TensorLike, axis: number, options: ReductionOptions = {}): Tensor {
  checkOptions('argmin', options, reductionOptions)
  const value = asNumbers('argmin', x)
  return argmax(reversed(value), normalizeAxis('argmin', axis, value.rank), options)
}

/**
 * The largest element along one axis; in a tie only the first gets the gradient, as in PyTorch's `torch.max(x, dim)`.
 * Without an axis, the largest of all elements; ties share the gradient, as in `torch.max(x)`.
 */
export function max(x: TensorLike, axis?: number, options: ReductionOptions = {}): Tensor {
  checkOptions('max', options, reductionOptions)
  if (axis === undefined) return amax(x, undefined, options)
  const value = asNumbers('max', x)
  const along = normalizeAxis('max', axis, value.rank)
  const picked = gather(value, along, argmax(value, along, { keepDimensions: true }))
  return options.keepDimensions ? picked : dropAxes(picked, [along])
}

/** The smallest element, with the gradient of `max`. PyTorch: `torch.min`. */
export function min(x: TensorLike, axis?: number, options: ReductionOptions = {}): Tensor {
  checkOptions('min', options, reductionOptions)
  const value = asNumbers('min', x)
  const along = axis === undefined ? undefined : normalizeAxis('min', axis, value.rank)
  return reversed(max(reversed(value), along, options))
}

/** Whether any element over the axes is true. */
export function any(x: TensorLike, axes?: Axes, options: ReductionOptions = {}): Tensor {
  checkOptions('any', options, reductionOptions)
  const value = cast(x, 'bool')
  return cast(sum(value, normalizeAxes('any', axes, value.rank), options), 'bool')
}

/** Whether all elements over the axes are true. */
export function all(x: TensorLike, axes?: Axes, options: ReductionOptions = {}): Tensor {
  checkOptions('all', options, reductionOptions)
  const value = cast(x, 'bool')
  return equal(sum(equal(value, 0), normalizeAxes('all', axes, value.rank), options), 0)
}

export interface VarianceOptions extends ReductionOptions {
  /** Subtracted from the number of elements in the divisor. Default 1, unbiased; batch norm uses 0. */
  correction?: number
}

const varianceOptions: Rules<VarianceOptions> = { ...reductionOptions, correction: finite }

/**
 * Σ (x − mean)² / max(0, n − correction), in two passes. If n ≤ correction the result is ∞, or NaN if all elements are
 * equal; it is NaN for n = 0. PyTorch: `torch.var`, but the gradient is NaN in all elements if it is NaN in any, and if
 * n ≤ correction.
 */
export function variance(x: TensorLike, axes?: Axes, options: VarianceOptions = {}): Tensor {
  checkOptions('variance', options, varianceOptions)
  const { correction = 1, ...rest } = options
  const value = asFloat('variance', x)
  const reduced = normalizeAxes('variance', axes, value.rank)
  const centred = subtract(value, mean(value, reduced, { keepDimensions: true }))
  const count = countOf(value, reduced)
  const degreesOfFreedom = count === 0 ? 0 : Math.max(0, count - correction)
  return divide(sum(multiply(centred, centred), reduced, rest), degreesOfFreedom)
}

/** √variance, with gradient 0 where it is 0. PyTorch: `torch.std`, but the gradient is NaN if n ≤ correction. */
export function standardDeviation(x: TensorLike, axes?: Axes, options: VarianceOptions = {}): Tensor {
  checkOptions('standardDeviation', options, varianceOptions)
  const squared = variance(x, axes, options)
  const isConstant = equal(squared, 0)
  return where(isConstant, 0, sqrt(where(isConstant, 1, squared)))
}

/** ln Σ eˣ over the axes, finite for any finite x; −∞ if there are no elements. PyTorch: `torch.logsumexp`. */
export function logSumExp(x: TensorLike, axes?: Axes, options: ReductionOptions = {}): Tensor {
  checkOptions('logSumExp', options, reductionOptions)
  const { keepDimensions = false } = options
  const value = asFloat('logSumExp', x)
  const reduced = normalizeAxes('logSumExp', axes, value.rank)
  if (countOf(value, reduced) === 0) return log(sum(value, reduced, { keepDimensions }))
  const largest = largestOf(value, reduced)
  const isFinite = logicalAnd(less(largest, Infinity), less(-Infinity, largest))
  const shift = where(isFinite, largest, 0)
  const total = sum(exp(subtract(value, shift)), reduced, { keepDimensions: true })
  const result = add(log(total), shift)
  return keepDimensions ? result : dropAxes(result, reduced)
}

/** Returns the maximum over the axes, without gradient; subtracting it prevents overflow of `exp`. */
function largestOf(x: Tensor, axes: Axes): Tensor {
  return detach(amax(x, axes, { keepDimensions: true }))
}

/** x − logSumExp(x) along an axis: the logarithm of `softmax`. PyTorch: `torch.log_softmax`. */
export function logSoftmax(x: TensorLike, axis = -1): Tensor {
  const { shifted, total } = exponentials('logSoftmax', x, axis)
  return subtract(shifted, log(total))
}

/** eˣ / Σ eˣ along an axis. PyTorch: `torch.softmax`. */
export function softmax(x: TensorLike, axis = -1): Tensor {
  const { weights, total } = exponentials('softmax', x, axis)
  return divide(weights, total)
}

/** Returns x − max x along an axis, the exponentials of that and their sum. */
function exponentials(operation: string, x: TensorLike, axis: number) {
  const value = asFloat(operation, x)
  const along = normalizeAxis(operation, axis, value.rank)
  const shifted = value.shape[along] === 0 ? value : subtract(value, largestOf(value, along))
  const weights = exp(shifted)
  return { shifted, weights, total: sum(weights, along, { keepDimensions: true }) }
}
