import { check, checkOptions, count, pairOf, type Rules } from '../../base/arguments.ts'
import { demand } from '../../base/errors.ts'
import { type DType, isFloat, toFloat } from '../dtype.ts'
import { format, type Shape, sizeOf } from '../shape.ts'
import { type Tensor, tensor } from '../tensor.ts'
import { withGradient } from '../withGradient.ts'
import { add, divide, minimum } from './arithmetic.ts'
import type { Window } from './attributes.ts'
import { asFloat } from './casts.ts'
import { equal, less } from './comparisons.ts'
import { arange, checkTensor, literal } from './constants.ts'
import { conv2d, type Pair, pair, windowedSize, windowOf, windowOptions } from './convolution.ts'
import { gather, take } from './indexing.ts'
import { apply, type Primitive } from './primitive.ts'
import { asNumbers, mean, sum } from './reductions.ts'
import { broadcastTo, flatten, reshape } from './reshaping.ts'
import { sharedType } from './types.ts'
import { where } from './where.ts'

export const maxPool2dIndicesPrimitive: Primitive<'maxPool2dIndices'> = {
  name: 'maxPool2dIndices',
  formula: 'h·W + w of the first maximum in each window',
  infer: ([x], attributes) => {
    const { kernel, ...window } = attributes
    sharedType('maxPool2d', 'number', [x])
    return {
      shape: [...x.shape.slice(0, 2), ...windowedSize('maxPool2d', x.shape.slice(2), kernel, window)],
      dtype: 'int32',
    }
  },
  vjp: 'none',
  examples: [
    {
      inputs: [{ shape: [2, 3, 4, 6] }],
      attributes: { kernel: [2, 2], stride: [2, 2], padding: [0, 0], dilation: [1, 1] },
    },
    {
      inputs: [{ shape: [1, 2, 7, 5] }],
      attributes: { kernel: [3, 2], stride: [2, 1], padding: [1, 1], dilation: [1, 2] },
    },
  ],
}

export interface PoolOptions {
  /** Default: the kernel's size. */
  stride?: Pair
  /** Default 0. */
  padding?: Pair
  /** Default 1. */
  dilation?: Pair
}

export const poolOptions: Rules<PoolOptions> = windowOptions
export const averagePoolOptions: Rules<Omit<PoolOptions, 'dilation'>> = {
  stride: windowOptions.stride,
  padding: windowOptions.padding,
}

/** The rule for a kernel, and for the output size of adaptive pooling. */
export const kernelRule = pairOf(count)

function checkMaps(operation: string, x: Tensor): void {
  checkTensor(operation, 'x', x)
  demand(x.rank === 4, () => `${operation}: expected maps [N, C, H, W], got ${format(x.shape)}`)
}

/**
 * Returns the largest element of each window of maps [N, C, H, W], which may be integers; bool counts as int32. In a
 * tie the first gets the gradient. A dilated window that covers only padding gives the least number: −∞, or −2³¹.
 * PyTorch: `torch.nn.functional.max_pool2d`.
 */
export function maxPool2d(x: Tensor, kernel: Pair, options: PoolOptions = {}): Tensor {
  checkMaps('maxPool2d', x)
  check('maxPool2d', 'kernel', kernel, kernelRule)
  checkOptions('maxPool2d', options, poolOptions)
  const [height, width] = pair(kernel)
  const window = windowOf({ stride: kernel, ...options })
  demand(
    window.padding[0] * 2 <= height && window.padding[1] * 2 <= width,
    () =>
      `maxPool2d: expected padding of at most half the kernel ${format([height, width])}, got ${format(window.padding)}`,
  )
  const numbers = asNumbers('maxPool2d', x)
  const indices = apply(maxPool2dIndicesPrimitive, [numbers], { ...window, kernel: [height, width] })
  const picked = pick(numbers, indices, windowsTile(numbers.shape, indices.shape, window, [height, width]))
  // The taps of a dilated window may all miss the maps.
  const mayMiss = window.dilation.some((distance, axis) => distance > 1 && window.padding[axis] > 0)
  return mayMiss ? where(less(indices, 0), leastOf(numbers.dtype), picked) : picked
}

/** Whether every element is in exactly one window. */
function windowsTile(
  maps: Shape,
  windows: Shape,
  { stride, padding, dilation }: Window,
  kernel: readonly number[],
): boolean {
  return kernel.every(
    (length, axis) =>
      stride[axis] === length &&
      padding[axis] === 0 &&
      dilation[axis] === 1 &&
      windows[2 + axis] * length === maps[2 + axis],
  )
}

/** Returns the elements of maps [N, C, H, W] at indices h·W + w [N, C, H', W'], one for each window. */
function pick(maps: Tensor, indices: Tensor, windowsTileMaps: boolean): Tensor {
  const picked = reshape(gather(flatten(maps, 2), 2, flatten(indices, 2)), indices.shape)
  if (!windowsTileMaps) return picked
  // Each element is in one window, from which it gets its gradient: a loop, where that of `gather` adds up at the indices.
  const [count, channels, height, width] = maps.shape
  const [rows, columns] = indices.shape.slice(2)
  const blocks = [count, channels, rows, height / rows, columns, width / columns]
  const ofWindow = (x: Tensor) => reshape(x, [count, channels, rows, 1, columns, 1])
  return withGradient(picked, [maps], (gradient) => {
    const places = reshape(arange(height * width), blocks.with(0, 1).with(1, 1))
    return [reshape(where(equal(ofWindow(indices), places), ofWindow(gradient), 0), maps.shape)]
  })
}

/** Returns the least number of a type. */
function leastOf(dtype: DType): number {
  return isFloat(dtype) ? Number.NEGATIVE_INFINITY : -(2 ** 31)
}

/**
 * Returns the average of each window of maps [N, C, H, W]; integers give a floating result, and padding counts as
 * zeros. Computed as a depthwise convolution with equal weights. PyTorch: `torch.nn.functional.avg_pool2d`.
 */
export function averagePool2d(x: Tensor, kernel: Pair, options: Omit<PoolOptions, 'dilation'> = {}): Tensor {
  checkMaps('averagePool2d', x)
  check('averagePool2d', 'kernel', kernel, kernelRule)
  checkOptions('averagePool2d', options, averagePoolOptions)
  const [height, width] = pair(kernel)
  const { stride = kernel, padding = 0 } = options
  const channels = x.shape[1]
  const ones = broadcastTo(literal(1, toFloat(x.dtype)), [channels, 1, height, width])
  const sums = conv2d(x, ones, undefined, { stride, padding, groups: channels })
  return divide(sums, sizeOf([height, width]))
}

/**
 * Averages maps [N, C, H, W] of any size over height × width windows: [N, C, height, width]. Window i of n on an axis
 * of length L begins at ⌊i L / n⌋ and ends before ⌈(i + 1) L / n⌉. PyTorch: `torch.nn.functional.adaptive_avg_pool2d`.
 */
export function adaptiveAveragePool2d(x: Tensor, size: Pair): Tensor {
  checkMaps('adaptiveAveragePool2d', x)
  check('adaptiveAveragePool2d', 'size', size, kernelRule)
  const [height, width] = pair(size)
  const [count, channels, rows, columns] = x.shape
  if (rows === height && columns === width) return asFloat('adaptiveAveragePool2d', x)
  if (rows % height === 0 && columns % width === 0) {
    // Block means rather than a convolution: with a large stride, its gradient is many small convolutions.
    return mean(reshape(x, [count, channels, height, rows / height, width, columns / width]), [3, 5])
  }
  return averagesAlong(averagesAlong(x, 2, height), 3, width)
}

/** Averages `count` windows along one axis, whose lengths may differ by one. */
function averagesAlong(x: Tensor, axis: number, count: number): Tensor {
  const length = x.shape[axis]
  const starts = Array.from({ length: count }, (_, i) => Math.floor((i * length) / count))
  const sizes = starts.map((start, i) => Math.ceil(((i + 1) * length) / count) - start)
  const longest = Math.max(...sizes)
  const column = (values: number[]) => tensor(values, { dtype: 'int32', shape: [count, 1] })
  const taps = arange(longest)

  const indices = reshape(minimum(add(column(starts), taps), length - 1), [-1])
  const [before, after] = [x.shape.slice(0, axis), x.shape.slice(axis + 1)]
  const windows = reshape(take(x, axis, indices), [...before, count, longest, ...after])
  // Selected rather than multiplied by 0: a NaN affects only its own windows.
  const ones = after.map(() => 1)
  const isInside = reshape(less(taps, column(sizes)), [count, longest, ...ones])
  return divide(sum(where(isInside, windows, 0), axis + 1), reshape(column(sizes), [count, ...ones]))
}

/** Averages each map: [N, C, H, W] to [N, C]. PyTorch: `adaptive_avg_pool2d(x, 1)`, flattened. */
export function globalAveragePool2d(x: Tensor): Tensor {
  checkMaps('globalAveragePool2d', x)
  return mean(x, [2, 3])
}
