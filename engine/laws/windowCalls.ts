import fc from 'fast-check'
import type { DType, Shape } from '../index.ts'
import type { Attributes } from '../operations/attributes.ts'
import type { ConvolutionName } from '../primitiveNames.ts'
import { gridNumber, values } from './arbitraries.ts'
import type { Calls } from './call.ts'

/** For one dimension of a window that fits: kernel, stride, padding, dilation and the length it slides over. */
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

/** For convolutions: the shapes of maps, weights and output, and the attributes. */
const geometry = fc
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

type Geometry = typeof geometry extends fc.Arbitrary<infer Value> ? Value : never

/** Mostly finite, so that ∞ and NaN leave some outputs as they are: they reach those whose windows they are in, and no other. */
const element = fc.oneof(
  { weight: 30, arbitrary: gridNumber },
  { weight: 1, arbitrary: fc.constantFrom(Number.NaN, Infinity, -Infinity) },
)

function convolution(choose: (geometry: Geometry) => { shapes: [Shape, Shape]; more?: Attributes }): Calls {
  return geometry.chain((geometry) => {
    const { shapes, more } = choose(geometry)
    return fc
      .tuple(values(shapes[0], 'float32', element), values(shapes[1], 'float32', element))
      .map((inputs) => ({ inputs, attributes: { ...geometry.attributes, ...more } }))
  })
}

const maxPool2dIndices: Calls = fc
  .record({
    maps: fc.tuple(fc.nat({ max: 2 }), fc.integer({ min: 1, max: 3 })),
    dimensions: fc.tuple(windowDimension, windowDimension),
    dtype: fc.constantFrom<DType[]>('float32', 'int32'),
  })
  .chain(({ maps, dimensions, dtype }) => {
    const attributes = {
      kernel: dimensions.map(({ kernel }) => kernel),
      stride: dimensions.map(({ stride }) => stride),
      padding: dimensions.map(({ padding }) => padding),
      dilation: dimensions.map(({ dilation }) => dilation),
    }
    return values([...maps, ...dimensions.map(({ length }) => length)], dtype).map((x) => ({
      inputs: [x],
      attributes,
    }))
  })

/** Random calls of the primitives that slide a window over maps. */
export const windowCalls: Record<ConvolutionName | 'maxPool2dIndices', Calls> = {
  conv2d: convolution(({ x, weight }) => ({ shapes: [x, weight] })),
  conv2dInputGradient: convolution(({ x, weight, output }) => ({
    shapes: [output, weight],
    more: { inputSize: x.slice(2) },
  })),
  conv2dWeightGradient: convolution(({ x, weight, output }) => ({
    shapes: [x, output],
    more: { kernelSize: weight.slice(2) },
  })),
  maxPool2dIndices,
}
