import fc from 'fast-check'
import type { DType, Shape } from '../index.ts'
import type { Geometry } from '../operations/attributes.ts'
import type { ConvolutionName } from '../primitiveNames.ts'
import { gridNumber, values } from './arbitraries.ts'
import type { Calls, CallsOf } from './call.ts'

/** For one dimension of a window that fits: kernel, stride, padding, dilation and the length of the axis. */
const windowDimension = fc
  .record({
    kernel: fc.integer({ min: 1, max: 4 }),
    stride: fc.integer({ min: 1, max: 3 }),
    padding: fc.nat({ max: 2 }),
    dilation: fc.integer({ min: 1, max: 2 }),
    spare: fc.nat({ max: 7 }),
  })
  .map(({ spare, ...dimension }) => {
    const reach = dimension.dilation * (dimension.kernel - 1) + 1
    const length = Math.max(1, reach - 2 * dimension.padding) + spare
    const output = Math.floor((length + 2 * dimension.padding - reach) / dimension.stride) + 1
    return { ...dimension, length, output }
  })

/** A convolution: the shapes of maps, weights and output, and the attributes. */
interface Convolution {
  readonly x: Shape
  readonly weight: Shape
  readonly output: Shape
  readonly attributes: Geometry
}

const convolutions: fc.Arbitrary<Convolution> = fc
  .record({
    count: fc.integer({ min: 0, max: 3 }),
    groups: fc.integer({ min: 1, max: 3 }),
    groupChannels: fc.integer({ min: 1, max: 5 }),
    groupFilters: fc.integer({ min: 1, max: 5 }),
    vertical: windowDimension,
    horizontal: windowDimension,
  })
  .map(({ count, groups, groupChannels, groupFilters, vertical, horizontal }) => ({
    x: [count, groups * groupChannels, vertical.length, horizontal.length],
    weight: [groups * groupFilters, groupChannels, vertical.kernel, horizontal.kernel],
    output: [count, groups * groupFilters, vertical.output, horizontal.output],
    attributes: {
      stride: [vertical.stride, horizontal.stride],
      padding: [vertical.padding, horizontal.padding],
      dilation: [vertical.dilation, horizontal.dilation],
      groups,
    },
  }))

/**
 * For mostly finite elements: ∞ and NaN then spread to the outputs of their windows only, and leave others to check.
 */
const element = fc.oneof(
  { weight: 30, arbitrary: gridNumber },
  { weight: 1, arbitrary: fc.constantFrom(Number.NaN, Infinity, -Infinity) },
)

function convolution<Given extends Geometry>(
  choose: (convolution: Convolution) => { operands: [Shape, Shape]; attributes: Given },
): Calls<Given> {
  return convolutions
    .map(choose)
    .chain(({ operands: [first, second], attributes }) =>
      fc
        .tuple(values(first, 'float32', element), values(second, 'float32', element))
        .map((inputs) => ({ inputs, attributes })),
    )
}

const maxPool2dIndices: CallsOf<'maxPool2dIndices'> = fc
  .record({
    maps: fc.tuple(fc.nat({ max: 2 }), fc.integer({ min: 1, max: 3 })),
    vertical: windowDimension,
    horizontal: windowDimension,
    dtype: fc.constantFrom<DType[]>('float32', 'int32'),
  })
  .chain(({ maps, vertical, horizontal, dtype }) =>
    values([...maps, vertical.length, horizontal.length], dtype).map((x) => ({
      inputs: [x],
      attributes: {
        kernel: [vertical.kernel, horizontal.kernel],
        stride: [vertical.stride, horizontal.stride],
        padding: [vertical.padding, horizontal.padding],
        dilation: [vertical.dilation, horizontal.dilation],
      },
    })),
  )

/** Random calls of the primitives that slide a window over maps. */
export const windowCalls: { readonly [Name in ConvolutionName | 'maxPool2dIndices']: CallsOf<Name> } = {
  conv2d: convolution(({ x, weight, attributes }) => ({ operands: [x, weight], attributes })),
  conv2dInputGradient: convolution(({ x, weight, output, attributes }) => ({
    operands: [output, weight],
    attributes: { ...attributes, inputSize: x.slice(2) },
  })),
  conv2dWeightGradient: convolution(({ x, weight, output, attributes }) => ({
    operands: [x, output],
    attributes: { ...attributes, kernelSize: weight.slice(2) },
  })),
  maxPool2dIndices,
}
