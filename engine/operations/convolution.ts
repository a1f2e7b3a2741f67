import { checkOptions, count, largestCount, pairOf, type Rules, whole } from '../../base/arguments.ts'
import { demand, describe } from '../../base/errors.ts'
import { promote } from '../dtype.ts'
import { equalShapes, format, type Shape } from '../shape.ts'
import { Tensor } from '../tensor.ts'
import { add } from './arithmetic.ts'
import type { Geometry, Window } from './attributes.ts'
import { cast } from './casts.ts'
import { checkTensor } from './constants.ts'
import { apply, type Example, type Primitive } from './primitive.ts'
import { reshape } from './reshaping.ts'
import { sharedType } from './types.ts'

/** Height and width, or one number for both. */
export type Pair = number | readonly [number, number]

export interface Conv2dOptions {
  /** Default 1. */
  stride?: Pair
  /** Zeros on each side. Default 0. */
  padding?: Pair
  /** Distance between the taps of the kernel. Default 1. */
  dilation?: Pair
  /** The number of independent groups into which the channels are divided. Default 1. */
  groups?: number
}

export const windowOptions = {
  stride: pairOf(count),
  padding: pairOf(whole(0, largestCount)),
  dilation: pairOf(count),
}

export const conv2dOptions: Rules<Conv2dOptions> = { ...windowOptions, groups: count }

/** Returns a pair, repeating a single number. */
export function pair(value: Pair): readonly [number, number] {
  return typeof value === 'number' ? [value, value] : value
}

/** Returns stride, padding and dilation of checked options, with their defaults. */
export function windowOf(options: { stride?: Pair; padding?: Pair; dilation?: Pair }): Window {
  const { stride = 1, padding = 0, dilation = 1 } = options
  return { stride: pair(stride), padding: pair(padding), dilation: pair(dilation) }
}

/** Returns ⌊(length + 2 padding − dilation (kernel − 1) − 1) / stride⌋ + 1 for height and width. */
export function windowedSize(
  operation: string,
  size: readonly number[],
  kernel: readonly number[],
  { stride, padding, dilation }: Window,
): [number, number] {
  const lengths = [0, 1].map((i) => {
    const room = size[i] + 2 * padding[i] - dilation[i] * (kernel[i] - 1) - 1
    demand(
      room >= 0,
      () =>
        `${operation}: expected a kernel that fits into maps ${format(size)} with padding ${format(padding)}, ` +
        `got ${format(kernel)} with dilation ${format(dilation)}`,
    )
    return Math.floor(room / stride[i]) + 1
  })
  return [lengths[0], lengths[1]]
}

const geometries: { x: Shape; weight: Shape; geometry: Geometry }[] = [
  geometryExample([2, 3, 5, 6], [4, 3, 3, 3], [1, 1], [1, 1], [1, 1], 1),
  geometryExample([2, 4, 7, 6], [6, 2, 3, 2], [2, 1], [1, 0], [1, 2], 2),
  geometryExample([1, 3, 4, 4], [3, 1, 3, 3], [2, 2], [1, 1], [1, 1], 3),
  geometryExample([3, 5, 4, 1], [2, 5, 1, 1], [1, 1], [0, 0], [1, 1], 1),
  geometryExample([2, 2, 6, 6], [3, 2, 1, 1], [2, 2], [0, 0], [1, 1], 1),
]

function geometryExample(
  x: Shape,
  weight: Shape,
  stride: [number, number],
  padding: [number, number],
  dilation: [number, number],
  groups: number,
) {
  return { x, weight, geometry: { stride, padding, dilation, groups } }
}

function outputShape(x: Shape, weight: Shape, geometry: Window): Shape {
  return [x[0], weight[0], ...windowedSize('conv2d', x.slice(2), weight.slice(2), geometry)]
}

/** Returns examples for one of the three primitives; `choose` selects two of x, weight and output as its inputs. */
function examplesOf<More>(
  choose: (x: Shape, weight: Shape, output: Shape) => { inputs: Shape[]; more: More },
): Example<Geometry & More>[] {
  return geometries.map(({ x, weight, geometry }) => {
    const { inputs, more } = choose(x, weight, outputShape(x, weight, geometry))
    return { inputs: inputs.map((shape) => ({ shape })), attributes: { ...geometry, ...more } }
  })
}

export const conv2dPrimitive: Primitive<'conv2d'> = {
  name: 'conv2d',
  formula: 'y[n,k,i,j] = Σ x[n, c, i·stride + r·dilation − padding, …] w[k,c,r,s], x being 0 outside',
  infer: ([x, weight], attributes) => {
    const { groups, ...geometry } = attributes
    const [, channels] = x.shape
    const [filters, channelsPerGroup] = weight.shape
    demand(
      x.shape.length === 4 && weight.shape.length === 4,
      () =>
        `conv2d: expected maps [N, C, H, W] and weights [K, C/groups, R, S], got ${format(x.shape)} and ${format(weight.shape)}`,
    )
    demand(
      Number.isInteger(groups) && groups >= 1 && channels % groups === 0 && filters % groups === 0,
      () => `conv2d: expected groups that divide ${channels} channels and ${filters} filters, got ${groups}`,
    )
    demand(
      channels === channelsPerGroup * groups,
      () =>
        `conv2d: expected maps with ${channelsPerGroup * groups} channels for weights ${format(weight.shape)} in ` +
        `${groups} group${groups === 1 ? '' : 's'}, got ${format(x.shape)}`,
    )
    const dtype = sharedType('conv2d', 'float', [x, weight])
    return { shape: outputShape(x.shape, weight.shape, geometry), dtype }
  },
  vjp: (gradient, { inputs: [x, weight], attributes }) => [
    inputGradient(gradient, weight, x.shape, attributes),
    weightGradient(x, gradient, weight.shape, attributes),
  ],
  examples: examplesOf((x, weight) => ({ inputs: [x, weight], more: {} })),
}

/** The transpose of the convolution with respect to x, linear in the gradient and in the weights. */
export const conv2dInputGradientPrimitive: Primitive<'conv2dInputGradient'> = {
  name: 'conv2dInputGradient',
  formula: 'gx[n,c,p,q] = Σ g[n,k,i,j] w[k,c,r,s] over the i, r with i·stride + r·dilation − padding = p, …',
  infer: ([gradient, weight], { inputSize, groups }) => ({
    shape: [gradient.shape[0], weight.shape[1] * groups, ...inputSize],
    dtype: sharedType('conv2dInputGradient', 'float', [gradient, weight]),
  }),
  vjp: (h, { inputs: [gradient, weight], attributes }) => [
    convolve(h, weight, attributes),
    weightGradient(h, gradient, weight.shape, attributes),
  ],
  examples: examplesOf((x, weight, output) => ({
    inputs: [output, weight],
    more: { inputSize: x.slice(2) },
  })),
}

/** The transpose of the convolution with respect to w, linear in x and in the gradient. */
export const conv2dWeightGradientPrimitive: Primitive<'conv2dWeightGradient'> = {
  name: 'conv2dWeightGradient',
  formula: 'gw[k,c,r,s] = Σ g[n,k,i,j] x[n, c, i·stride + r·dilation − padding, …], x being 0 outside',
  infer: ([x, gradient], { kernelSize, groups }) => ({
    shape: [gradient.shape[1], x.shape[1] / groups, ...kernelSize],
    dtype: sharedType('conv2dWeightGradient', 'float', [x, gradient]),
  }),
  vjp: (h, { inputs: [x, gradient], attributes }) => [
    inputGradient(gradient, h, x.shape, attributes),
    convolve(x, h, attributes),
  ],
  examples: examplesOf((x, weight, output) => ({
    inputs: [x, output],
    more: { kernelSize: weight.slice(2) },
  })),
}

function geometryOf({ stride, padding, dilation, groups }: Geometry): Geometry {
  return { stride, padding, dilation, groups }
}

function convolve(x: Tensor, weight: Tensor, geometry: Geometry): Tensor {
  return apply(conv2dPrimitive, [x, weight], geometryOf(geometry))
}

function inputGradient(gradient: Tensor, weight: Tensor, x: Shape, geometry: Geometry): Tensor {
  const inputSize = x.slice(2)
  return apply(conv2dInputGradientPrimitive, [gradient, weight], { ...geometryOf(geometry), inputSize })
}

function weightGradient(x: Tensor, gradient: Tensor, weight: Shape, geometry: Geometry): Tensor {
  const kernelSize = weight.slice(2)
  return apply(conv2dWeightGradientPrimitive, [x, gradient], { ...geometryOf(geometry), kernelSize })
}

/**
 * Computes the cross-correlation that networks call convolution: maps `x` [N, C, H, W], `weight` [K, C/groups, R, S],
 * `bias` [K]; output [N, K, H', W'] with H' = ⌊(H + 2 padding − dilation (R − 1) − 1) / stride⌋ + 1. Maps or weights
 * must be floating. PyTorch: `torch.nn.functional.conv2d`.
 *
 * Padding consists of zeros that take part in products, forward and in the gradient of the weights: an infinite weight
 * or gradient times padding is NaN (0 · ∞). The gradient of the maps only has products of weights with pixels of the
 * maps.
 *
 * On the wasm executor this holds for direct convolution. If shapes allow, 3×3 kernels of stride 1 or 2 are computed tile
 * by tile with Winograd's algorithm. Results that depend on ∞ or NaN are not finite there either, but may be NaN instead
 * of ∞. So may outputs up to a tile (4 pixels) away, all outputs of a filter that contains ∞ or NaN, and in the gradient
 * of the weights all taps of its channel. In the gradient of the maps with stride 2, a tile is 8 pixels.
 * `THERMOGRAD_WINOGRAD=0` disables the algorithm.
 */
export function conv2d(x: Tensor, weight: Tensor, bias?: Tensor, options: Conv2dOptions = {}): Tensor {
  checkTensor('conv2d', 'x', x)
  checkTensor('conv2d', 'weight', weight)
  demand(
    bias === undefined || bias instanceof Tensor,
    () =>
      `conv2d: expected bias to be a tensor or undefined, got ${describe(bias)}; ` +
      'options follow it: conv2d(x, weight, undefined, { padding: 1 })',
  )
  checkOptions('conv2d', options, conv2dOptions)
  const type = promote(x.dtype, weight.dtype)
  const output = apply(conv2dPrimitive, [cast(x, type), cast(weight, type)], {
    ...windowOf(options),
    groups: options.groups ?? 1,
  })
  if (bias === undefined) return output
  const filters = output.shape[1]
  demand(
    equalShapes(bias.shape, [filters]),
    () => `conv2d: expected a bias of shape ${format([filters])}, one per filter, got ${format(bias.shape)}`,
  )
  return add(output, reshape(bias, [1, -1, 1, 1]))
}
