import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { polyphase } from '../../engine/executors/wasm/kernels/winograd/polyphase.ts'
import {
  type Filtering,
  type Matrix,
  minimalFiltering,
} from '../../engine/executors/wasm/kernels/winograd/winograd.ts'

/** Whole numbers: what is computed of them differs from the truth by rounding of the transforms only. */
const numbers = (length: number) =>
  fc.array(fc.integer({ min: -100, max: 100 }), { minLength: length, maxLength: length })

const apply = (matrix: Matrix, vector: readonly number[]) =>
  matrix.map((row) => row.reduce((sum, factor, i) => sum + factor * vector[i], 0))

/** Aᵀ [(S G g) ⊙ (Bᵀ d)]; S repeats values of the filter. */
function filtered(filtering: Filtering, line: readonly number[], filter: readonly number[]): number[] {
  const values = apply(filtering.filterTransform, filter).flatMap((value, i) =>
    new Array<number>(filtering.copies[i]).fill(value),
  )
  const transformed = apply(filtering.inputTransform, line)
  expect(transformed).toHaveLength(values.length)
  return apply(
    filtering.outputTransform,
    transformed.map((value, i) => value * values[i]),
  )
}

/** Checks a method, along one axis, against its definition: the outputs that a line of so many pixels has. */
function expectEqual(
  filtering: Filtering,
  definition: (line: readonly number[], filter: readonly number[]) => number[],
): void {
  fc.assert(
    fc.property(numbers(filtering.inputTransform[0].length), numbers(3), (line, filter) => {
      const expected = definition(line, filter)
      const output = filtered(filtering, line, filter)
      expect(output).toHaveLength(expected.length)
      for (const [i, value] of output.entries()) expect(value).toBeCloseTo(expected[i], 8)
    }),
  )
}

const slid = (line: readonly number[], filter: readonly number[], stride: number, outputs: number) =>
  Array.from({ length: outputs }, (_, i) =>
    filter.reduce((sum, factor, tap) => sum + factor * line[stride * i + tap], 0),
  )

describe.each([2, 4] as const)('minimal filtering F(%i, 3)', (outputTile) => {
  it('should slide a filter along a line', () =>
    expectEqual(minimalFiltering(outputTile), (line, filter) => slid(line, filter, 1, outputTile)))
})

describe.each([2, 4] as const)('polyphase filtering of stride 2, m = %i', (outputTile) => {
  it('should slide a filter along a line', () =>
    expectEqual(polyphase(outputTile, 'forward'), (line, filter) => slid(line, filter, 2, outputTile)))

  it('should give the gradient of the line by the rotated filter', () =>
    expectEqual(polyphase(outputTile, 'inputGradient'), (line, rotated) => {
      const filter = rotated.toReversed()
      // Pixel i of the gradient meets tap t at pixel 2i + t − 1.
      return Array.from({ length: 2 * outputTile }, (_, pixel) =>
        line.reduce((sum, value, i) => sum + value * (filter[pixel + 1 - 2 * i] ?? 0), 0),
      )
    }))

  it('should take (2m + 1)² multiplications for 9m²', () =>
    expect(polyphase(outputTile, 'forward').inputTransform).toHaveLength(2 * outputTile + 1))
})
