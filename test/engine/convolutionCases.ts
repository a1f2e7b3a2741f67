import fc from 'fast-check'
import { conv2d, type Executor, grad, permute, type Tensor, tensor } from '../../engine/index.ts'
import { indexAt, rowMajorStrides, sizeOf } from '../../engine/shape.ts'

/** `channels` and `filters` are those of one group. */
export interface Case {
  readonly count: number
  readonly groups: number
  readonly channels: number
  readonly filters: number
  readonly size: readonly [number, number]
  readonly kernel: readonly [number, number]
  readonly stride: readonly [number, number]
  readonly padding: readonly [number, number]
  readonly dilation: readonly [number, number]
}

const along = fc
  .record({
    kernel: fc.integer({ min: 1, max: 3 }),
    stride: fc.integer({ min: 1, max: 3 }),
    padding: fc.nat({ max: 2 }),
    dilation: fc.integer({ min: 1, max: 2 }),
    spare: fc.nat({ max: 5 }),
  })
  .map(({ spare, ...rest }) => ({
    ...rest,
    length: Math.max(1, rest.dilation * (rest.kernel - 1) + 1 - 2 * rest.padding) + spare,
  }))

const groupings = fc.oneof(
  fc.record({
    groups: fc.constant(1),
    channels: fc.constantFrom(1, 8, 9),
    filters: fc.constantFrom(1, 8, 11),
  }),
  fc.record({
    groups: fc.constant(2),
    channels: fc.constantFrom(2, 4, 6),
    filters: fc.constantFrom(1, 3, 4, 6),
  }),
  fc.record({ groups: fc.constantFrom(3, 8, 9), channels: fc.constant(1), filters: fc.constant(1) }),
)

export const cases: fc.Arbitrary<Case> = fc
  .tuple(fc.integer({ min: 1, max: 2 }), groupings, along, along)
  .map(([count, grouping, vertical, horizontal]) => {
    const pairOf = (name: 'kernel' | 'stride' | 'padding' | 'dilation' | 'length') =>
      [vertical[name], horizontal[name]] as const
    return {
      count,
      ...grouping,
      size: pairOf('length'),
      kernel: pairOf('kernel'),
      stride: pairOf('stride'),
      padding: pairOf('padding'),
      dilation: pairOf('dilation'),
    }
  })

const special = fc.constantFrom(Number.NaN, Infinity, -Infinity)
/** A few special numbers among small whole ones, whose sums are exact; 0 is common. */
const numbers = (length: number) =>
  fc
    .tuple(
      fc.array(fc.integer({ min: -2, max: 2 }), { minLength: length, maxLength: length }),
      fc.array(fc.tuple(fc.nat({ max: length - 1 }), special), { maxLength: 3 }),
    )
    .map(([whole, specials]) => {
      const result = Float32Array.from(whole)
      for (const [at, value] of specials) result[at] = value
      return result
    })

export function shapesOf({
  count,
  groups,
  channels,
  filters,
  size,
  kernel,
  stride,
  padding,
  dilation,
}: Case) {
  const output = size.map(
    (length, i) => Math.floor((length + 2 * padding[i] - dilation[i] * (kernel[i] - 1) - 1) / stride[i]) + 1,
  )
  return {
    x: [count, groups * channels, ...size],
    weight: [groups * filters, channels, ...kernel],
    output: [count, groups * filters, ...output],
  }
}

/** Output, gradient of the maps, gradient of the weights, from their formulas. */
export function byDefinition(drawn: Case, x: Float32Array, weight: Float32Array, cotangent: Float32Array) {
  const { channels, filters, size, kernel, stride, padding, dilation } = drawn
  const shapes = shapesOf(drawn)
  const [y, gx, gw] = [shapes.output, shapes.x, shapes.weight].map((shape) => new Float64Array(sizeOf(shape)))
  const [count, outputs, height, width] = shapes.output
  for (let n = 0; n < count; n++)
    for (let k = 0; k < outputs; k++)
      for (let i = 0; i < height; i++)
        for (let j = 0; j < width; j++)
          for (let c = 0; c < channels; c++)
            for (let r = 0; r < kernel[0]; r++)
              for (let s = 0; s < kernel[1]; s++) {
                const row = i * stride[0] + r * dilation[0] - padding[0]
                const column = j * stride[1] + s * dilation[1] - padding[1]
                const isInside = row >= 0 && row < size[0] && column >= 0 && column < size[1]
                const channel = Math.floor(k / filters) * channels + c
                const pixel = ((n * shapes.x[1] + channel) * size[0] + row) * size[1] + column
                const tap = ((k * channels + c) * kernel[0] + r) * kernel[1] + s
                const out = ((n * outputs + k) * height + i) * width + j
                const seen = isInside ? x[pixel] : 0
                y[out] += seen * weight[tap]
                gw[tap] += seen * cotangent[out]
                if (isInside) gx[pixel] += weight[tap] * cotangent[out]
              }
  return [y, gx, gw]
}

/** Output, gradient of the maps, gradient of the weights, on an executor. `order`: that of the axes of maps in memory. */
export async function computed(
  executor: Executor,
  drawn: Case,
  x: Float32Array,
  weight: Float32Array,
  cotangent: Float32Array,
  order: readonly number[] = [0, 1, 2, 3],
) {
  const { groups, stride, padding, dilation } = drawn
  const shapes = shapesOf(drawn)
  const inputs = [inOrder(x, shapes.x, order), tensor(weight, { shape: shapes.weight })]
  const output = conv2d(inputs[0], inputs[1], undefined, { groups, stride, padding, dilation })
  const gradients = grad(output, inputs, inOrder(cotangent, shapes.output, order))
  return Promise.all([output, ...gradients].map(async (each) => Array.from(await each.data({ executor }))))
}

/** Row-major elements, as a view of a tensor whose axes are in this order. */
function inOrder(elements: Float32Array, shape: readonly number[], order: readonly number[]): Tensor {
  const ordered = new Float32Array(elements.length)
  const strides = rowMajorStrides(order.map((axis) => shape[axis]))
  elements.forEach((element, i) => {
    const at = indexAt(i, shape)
    ordered[order.reduce((offset, axis, place) => offset + at[axis] * strides[place], 0)] = element
  })
  const inverse = order.map((_, axis) => order.indexOf(axis))
  return permute(tensor(ordered, { shape: order.map((axis) => shape[axis]) }), inverse)
}

/** A case with its maps, weights and gradient of the output. */
export const withNumbers = (drawn: fc.Arbitrary<Case>) =>
  drawn.chain((drawn) => {
    const { x, weight, output } = shapesOf(drawn)
    return fc.tuple(fc.constant(drawn), numbers(sizeOf(x)), numbers(sizeOf(weight)), numbers(sizeOf(output)))
  })

/** −0 is 0 here. */
export const plain = (values: ArrayLike<number>) => Array.from(values, (value) => value + 0)
