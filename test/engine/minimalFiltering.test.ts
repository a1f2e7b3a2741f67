import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Matrix, minimalFiltering } from '../../engine/executors/wasm/kernels/winograd/winograd.ts'

/** Whole numbers: what is computed of them differs from the truth by rounding of the transforms only. */
const numbers = (length: number) =>
  fc.array(fc.integer({ min: -100, max: 100 }), { minLength: length, maxLength: length })

const apply = (matrix: Matrix, vector: readonly number[]) =>
  matrix.map((row) => row.reduce((sum, factor, i) => sum + factor * vector[i], 0))

describe.each([2, 4] as const)('minimal filtering F(%i, 3)', (outputTile) => {
  const filtering = minimalFiltering(outputTile)

  it('should slide a filter along a line: Aᵀ [(G g) ⊙ (Bᵀ d)]', () =>
    fc.assert(
      fc.property(numbers(filtering.inputTile), numbers(3), (line, filter) => {
        const values = apply(filtering.filterTransform, filter)
        const products = apply(filtering.inputTransform, line).map((value, i) => value * values[i])
        const output = apply(filtering.outputTransform, products)
        expect(output).toHaveLength(outputTile)
        for (const [i, value] of output.entries()) {
          const expected = filter.reduce((sum, factor, tap) => sum + factor * line[i + tap], 0)
          expect(value).toBeCloseTo(expected, 8)
        }
      }),
    ))
})
