import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cast, type DType, gather, remainder, round, type Tensor, tensor } from '../../engine/index.ts'
import { tensorsOf, type Values } from '../../engine/laws/arbitraries.ts'
import { callsOf } from '../../engine/laws/calls.ts'
import type { Attributes } from '../../engine/operations/attributes.ts'
import { applyAny } from '../../engine/operations/primitive.ts'
import { primitiveOf } from '../../engine/operations/primitives.ts'
import type { PrimitiveName } from '../../engine/primitiveNames.ts'
import { rowMajorStrides, type Shape, sizeOf } from '../../engine/shape.ts'
import { erf } from '../../engine/special.ts'
import { float64, int32, numbers } from './numbers.ts'

/** An array that is read by index, as formulas are written; outside it there are zeros. */
function indexed({ data, shape }: Values): (...index: number[]) => number {
  const strides = rowMajorStrides(shape)
  return (...index) => {
    const inside = index.every((i, axis) => i >= 0 && i < shape[axis])
    return inside ? data[index.reduce((position, i, axis) => position + i * strides[axis], 0)] : 0
  }
}

/** The elements of f(index) for every index of a shape, in row-major order. */
function tabulate(shape: Shape, f: (...index: number[]) => number): number[] {
  const strides = rowMajorStrides(shape)
  return Array.from({ length: sizeOf(shape) }, (_, position) =>
    f(...shape.map((length, axis) => Math.floor(position / strides[axis]) % length)),
  )
}

/** Σ f(i) for i < length. */
function total(length: number, f: (i: number) => number): number {
  return Array.from({ length }, (_, i) => f(i)).reduce((sum, value) => sum + value, 0)
}

/** The reference executor must compute what the definition says, on random calls. */
function holdsTo(
  name: PrimitiveName,
  definition: (inputs: readonly Values[], attributes: Attributes, output: Tensor) => number[],
) {
  return fc.assert(
    fc.asyncProperty(callsOf(name), async ({ inputs, attributes = {} }) => {
      const output = applyAny(primitiveOf(name), tensorsOf(inputs), attributes)
      const expected = definition(inputs, attributes, output)
      const near = (value: number) => (Number.isFinite(value) ? expect.closeTo(value, 4) : value)
      expect(await numbers(output)).toEqual(expected.map(near))
    }),
  )
}

type Pair = readonly [number, number]

/**
 * Visits every place where groups, filters, channels and taps meet; in the padding there is no place among the maps, but
 * a zero that is multiplied.
 */
function forEachTap(
  [x, weight, output]: readonly [Shape, Shape, Shape],
  attributes: Attributes,
  visit: (x: number[] | undefined, weight: number[], output: number[]) => void,
): void {
  const [stride, padding, dilation] = [attributes.stride, attributes.padding, attributes.dilation] as Pair[]
  const filtersPerGroup = weight[0] / (attributes.groups as number)
  tabulate([...output, ...weight.slice(1)], (n, k, i, j, c, r, s) => {
    const channel = Math.floor(k / filtersPerGroup) * weight[1] + c
    const row = i * stride[0] + r * dilation[0] - padding[0]
    const column = j * stride[1] + s * dilation[1] - padding[1]
    const isInside = row >= 0 && row < x[2] && column >= 0 && column < x[3]
    visit(isInside ? [n, channel, row, column] : undefined, [k, c, r, s], [n, k, i, j])
    return 0
  })
}

/** The convolution family: into the target is added the product of the other two wherever they meet. */
function convolutionDefinition(target: 'x' | 'weight' | 'output') {
  return ([a, b]: readonly Values[], attributes: Attributes, { shape }: Tensor): number[] => {
    const [x, weight, output] =
      target === 'x'
        ? [shape, b.shape, a.shape]
        : target === 'weight'
          ? [a.shape, shape, b.shape]
          : [a.shape, b.shape, shape]
    const result = new Array<number>(sizeOf(shape)).fill(0)
    const strides = rowMajorStrides(shape)
    const [first, second] = [indexed(a), indexed(b)]
    forEachTap([x, weight, output], attributes, (atX, atWeight, atOutput) => {
      const place = { x: atX, weight: atWeight, output: atOutput }[target]
      if (place === undefined) return
      const onMaps = () => (atX === undefined ? 0 : first(...atX))
      const product = {
        x: () => first(...atOutput) * second(...atWeight),
        weight: () => onMaps() * second(...atOutput),
        output: () => onMaps() * second(...atWeight),
      }[target]()
      result[place.reduce((position, i, axis) => position + i * strides[axis], 0)] += product
    })
    return result
  }
}

describe('the reference executor', () => {
  it('should convolve as conv2d is defined', () => holdsTo('conv2d', convolutionDefinition('output')))
  it('should give the gradient of conv2d with respect to the maps', () =>
    holdsTo('conv2dInputGradient', convolutionDefinition('x')))
  it('should give the gradient of conv2d with respect to the weights', () =>
    holdsTo('conv2dWeightGradient', convolutionDefinition('weight')))

  it('should multiply matrices', () =>
    holdsTo('matmul', ([a, b], _, { shape }) => {
      const [left, right] = [indexed(a), indexed(b)]
      return tabulate(shape, (...index) => {
        const batch = index.slice(0, -2)
        const [i, j] = index.slice(-2)
        return total(a.shape.at(-1)!, (k) => left(...batch, i, k) * right(...batch, k, j))
      })
    }))

  /** The elements that fold into each element of a reduction's output. */
  const folded = (x: Values, axes: readonly number[], shape: Shape): number[][] => {
    const at = indexed(x)
    const groups: number[][] = []
    tabulate(shape, (...index) => {
      const reach = x.shape.map((length, axis) => (axes.includes(axis) ? length : 1))
      return groups.push(tabulate(reach, (...offset) => at(...offset.map((o, axis) => o + index[axis]))))
    })
    return groups
  }

  /** int32 wraps around. */
  const wrapped = (dtype: DType) => (value: number) => (dtype === 'int32' ? value | 0 : value)

  /** Where the first of the largest is, NaN being larger than every number; −1 for none. */
  const firstLargest = (elements: readonly number[]): number =>
    elements.findIndex((value) => Object.is(value + 0, Math.max(...elements) + 0))

  it('should sum over axes', () =>
    holdsTo('sum', ([x], { axes }, { shape, dtype }) =>
      folded(x, axes as number[], shape)
        .map((elements) => total(elements.length, (i) => elements[i]))
        .map(wrapped(dtype)),
    ))
  it('should find the maximum over axes', () =>
    holdsTo('amax', ([x], { axes }, { shape }) =>
      folded(x, axes as number[], shape).map((elements) => Math.max(...elements)),
    ))
  it('should find the first maximum along an axis', () =>
    holdsTo('argmax', ([x], { axis }, { shape }) => folded(x, [axis as number], shape).map(firstLargest)))

  it('should find the first maximum of each window', () =>
    holdsTo('maxPool2dIndices', ([x], attributes, { shape }) => {
      const at = indexed(x)
      const { kernel, stride, padding, dilation } = attributes as Record<string, Pair>
      const [, , height, width] = x.shape
      return tabulate(shape, (n, c, i, j) => {
        const places = tabulate(kernel, (r, s) => {
          const row = i * stride[0] + r * dilation[0] - padding[0]
          const column = j * stride[1] + s * dilation[1] - padding[1]
          const inside = row >= 0 && row < height && column >= 0 && column < width
          return inside ? row * width + column : -1
        }).filter((place) => place >= 0)
        const elements = places.map((place) => at(n, c, Math.floor(place / width), place % width))
        return places[firstLargest(elements)] ?? -1
      })
    }))

  it('should add what is scattered to one place', () =>
    holdsTo('scatterAdd', ([source, index], attributes, { shape }) => {
      const axis = attributes.axis as number
      const [value, pointer] = [indexed(source), indexed(index)]
      return tabulate(shape, (...place) =>
        total(source.shape[axis], (i) => {
          const from = place.with(axis, i)
          return pointer(...from) === place[axis] ? value(...from) : 0
        }),
      )
    }))
})

describe('the meaning of a primitive at its edges', () => {
  it('should wrap int32 arithmetic', async () => {
    const [large, small] = [int32([2 ** 31 - 1, 65537]), int32([-(2 ** 31), 65537])]
    expect(await numbers(large.add(1))).toEqual([-(2 ** 31), 65538])
    expect(await numbers(small.subtract(1))).toEqual([2 ** 31 - 1, 65536])
    expect(await numbers(large.multiply(large))).toEqual([1, 131073])
    expect(await numbers(small.negate())).toEqual([-(2 ** 31), -65537])
    expect(await numbers(large.sum())).toEqual([(2 ** 31 - 1 + 65537) | 0])
    expect(await numbers(large.matmul(large))).toEqual([131074])
  })

  it('should cast to int32 towards zero, within its range, and NaN to 0', async () => {
    const x = float64([2.9, -2.9, 3e9, -3e9, Infinity, -Infinity, Number.NaN])
    expect(await numbers(x.cast('int32'))).toEqual([
      2,
      -2,
      2 ** 31 - 1,
      -(2 ** 31),
      2 ** 31 - 1,
      -(2 ** 31),
      0,
    ])
    expect(await numbers(float64([0, -0.0, 0.1, Number.NaN]).cast('bool'))).toEqual([0, 0, 1, 1])
    expect(await numbers(cast(tensor([true, false]), 'float64'))).toEqual([1, 0])
  })

  it('should round halves to the even integer', async () => {
    const x = float64([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 2.4999, 2.5001, 0.49999999999999994, 1e17])
    const expected = [-2, -2, -0, 0, 2, 2, 2, 3, 0, 1e17]
    expect(await numbers(round(x))).toEqual(expected)
  })

  it('should give the remainder the sign of the divisor', () =>
    fc.assert(
      fc.asyncProperty(fc.integer({ min: -99, max: 99 }), fc.integer({ min: 1, max: 9 }), async (a, b) => {
        const [positive] = await numbers(remainder(float64(a), b))
        const [negative] = await numbers(remainder(float64(a), -b))
        expect(positive + 0).toBe(((a % b) + b) % b)
        expect(negative + 0).toBe(positive === 0 ? 0 : positive - b)
      }),
    ))

  it('should let NaN win every maximum and minimum', async () => {
    const x = float64([1, Number.NaN, 3, Number.NaN])
    expect(await numbers(x.maximum(2))).toEqual([2, Number.NaN, 3, Number.NaN])
    expect(await numbers(x.minimum(2))).toEqual([1, Number.NaN, 2, Number.NaN])
    expect(await numbers(x.amax())).toEqual([Number.NaN])
    expect(await numbers(x.argmax(0))).toEqual([1])
    expect(await numbers(x.relu())).toEqual([1, Number.NaN, 3, Number.NaN])
  })

  it('should gather NaN from outside, and 0 where there is no NaN', async () => {
    const index = int32([-1, 0, 1, 2])
    expect(await numbers(gather(float64([5, 6]), 0, index))).toEqual([Number.NaN, 5, 6, Number.NaN])
    expect(await numbers(gather(int32([5, 6]), 0, index))).toEqual([0, 5, 6, 0])
  })

  it.each([
    [0, 0],
    [1e-300, 1.1283791670955126e-300],
    [1e-10, 1.1283791670955126e-10],
    [0.1, 0.1124629160182849],
    [0.5, 0.5204998778130465],
    [1, 0.8427007929497149],
    [1.99, 0.995111413199617],
    [2, 0.9953222650189527],
    [3, 0.9999779095030014],
    [5.5, 0.9999999999999927],
    [7, 1],
    [Infinity, 1],
    [Number.NaN, Number.NaN],
  ])('should give erf(±%d) = ±%d', (x, expected) => {
    for (const sign of [1, -1]) {
      const error = Math.abs(erf(sign * x) - sign * expected)
      if (Number.isNaN(expected)) expect(error).toBeNaN()
      else expect(error).toBeLessThanOrEqual(2e-15 * expected)
    }
  })
})
