import { describe, expect, it } from 'vitest'
import { factored } from '../../engine/executors/wasm/kernels/winograd/factors.ts'
import {
  type Matrix,
  minimalFiltering,
  transposed,
} from '../../engine/executors/wasm/kernels/winograd/winograd.ts'

const times = (left: Matrix, right: Matrix): Matrix =>
  left.map((row) =>
    right[0].map((_, column) => row.reduce((sum, factor, i) => sum + factor * right[i][column], 0)),
  )

/** Operations of a product with a vector, where a·b + c is one. */
const operationsOf = (factors: readonly Matrix[]): number =>
  factors.flat().reduce((sum, row) => {
    const terms = row.filter((factor) => factor !== 0)
    return sum + terms.length - (terms.includes(1) ? 1 : 0)
  }, 0)

describe.each([2, 4] as const)('factors of the matrices of F(%i, 3)', (outputTile) => {
  const { inputTransform, filterTransform, outputTransform } = minimalFiltering(outputTile)
  const matrices = { inputTransform, filterTransform, outputTransform }

  it.each(Object.entries(matrices))(
    'should multiply to the matrix, and to its transpose: %s',
    (_, matrix) => {
      for (const wanted of [matrix, transposed(matrix)]) {
        const factors = factored(wanted)
        const product = factors.reduce((later, earlier) => times(earlier, later))
        for (const [i, row] of wanted.entries()) {
          for (const [j, element] of row.entries()) expect(product[i][j]).toBeCloseTo(element, 14)
        }
        expect(operationsOf(factors)).toBeLessThanOrEqual(operationsOf([wanted]))
      }
    },
  )
})

it('should save a quarter of the operations of F(4, 3)', () => {
  const { inputTransform, outputTransform } = minimalFiltering(4)
  expect(operationsOf(factored(inputTransform))).toBe(12)
  expect(operationsOf(factored(outputTransform))).toBe(10)
  expect([inputTransform, outputTransform].map((matrix) => operationsOf([matrix]))).toEqual([16, 14])
})
