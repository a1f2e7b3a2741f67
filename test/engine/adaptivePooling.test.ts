import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { adaptiveAveragePool2d, gradientCheck, type Tensor } from '../../engine/index.ts'
import { type Values, values } from '../../engine/laws/arbitraries.ts'
import { float64, numbers } from './numbers.ts'

const lengthArb = fc.integer({ min: 1, max: 7 })

const caseArb = fc
  .record({ height: lengthArb, width: lengthArb, rows: lengthArb, columns: lengthArb })
  .chain(({ rows, columns, ...size }) =>
    fc.record({ size: fc.constant(size), maps: values([2, 2, rows, columns]) }),
  )

/** The mean of each window of each map, by PyTorch's documentation. */
function averages({ data, shape }: Values, { height, width }: { height: number; width: number }): number[] {
  const [count, channels, rows, columns] = shape
  const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i)
  const window = (i: number, windows: number, length: number) =>
    range(Math.floor((i * length) / windows), Math.ceil(((i + 1) * length) / windows))
  return range(0, count * channels).flatMap((map) =>
    range(0, height).flatMap((i) =>
      range(0, width).map((j) => {
        const elements = window(i, height, rows).flatMap((row) =>
          window(j, width, columns).map((column) => data[(map * rows + row) * columns + column]),
        )
        return elements.reduce((sum, element) => sum + element, 0) / elements.length
      }),
    ),
  )
}

function pooled({ data, shape }: Values, { height, width }: { height: number; width: number }): Tensor {
  return adaptiveAveragePool2d(float64([...data], shape), [height, width])
}

describe('adaptiveAveragePool2d', () => {
  it('should average maps of any size to any other, also to a larger one', () =>
    fc.assert(
      fc.asyncProperty(caseArb, async ({ maps, size }) => {
        const expected = averages(maps, size)
        expect(await numbers(pooled(maps, size))).toEqual(expected.map((value) => expect.closeTo(value, 9)))
      }),
    ))

  it('should leave maps of that size as they are', () =>
    fc.assert(
      fc.asyncProperty(values([1, 2, 3, 4]), async (maps) => {
        expect(await numbers(pooled(maps, { height: 3, width: 4 }))).toEqual([...maps.data])
      }),
    ))

  it.each([
    ['of blocks', { height: 2, width: 3 }],
    ['of windows that overlap', { height: 3, width: 4 }],
    ['of a larger size', { height: 5, width: 7 }],
  ])('should have the gradient of its differences: %s', (_, { height, width }) =>
    fc.assert(
      fc.asyncProperty(values([1, 2, 4, 6]), async ({ data, shape }) => {
        const error = await gradientCheck(
          (maps) => adaptiveAveragePool2d(maps, [height, width]),
          [float64([...data], shape)],
        )
        expect(error).toBeLessThan(1e-6)
      }),
      { numRuns: 5 },
    ),
  )
})
