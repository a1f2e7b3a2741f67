import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { wasm } from '../../engine/executors/wasm/index.ts'
import { matmul, tensor } from '../../engine/index.ts'
import { reference } from './numbers.ts'

const executors = [1, 2, 3].map((threads) => wasm({ threads }))
const narrow = wasm({ threads: 2, tile: { rows: 6, columns: 8 } })

/** Lengths about those where bands of rows, panels of columns and packing begin and end. */
const length = fc.oneof(fc.integer({ min: 0, max: 40 }), fc.constantFrom(64, 95, 96, 97, 100, 193))

describe('matrix products on the wasm executor', () => {
  it('should be right for every shape, and have the same bits for any number of threads', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({ batch: fc.integer({ min: 1, max: 3 }), rows: length, depth: length, columns: length }),
        fc.constantFrom('float32' as const, 'int32' as const),
        async ({ batch, rows, depth, columns }, dtype) => {
          const factor = (...shape: number[]) => {
            const size = shape.reduce((product, axis) => product * axis)
            return tensor(
              Int32Array.from({ length: size }, (_, i) => ((i * 37 + size) % 17) - 8),
              { shape },
            ).cast(dtype)
          }
          // Integers this small are exact in float32, in any order of summation.
          const product = () => matmul(factor(batch, rows, depth), factor(batch, depth, columns))
          const expected = await product().data({ executor: reference })
          for (const executor of [...executors, narrow]) {
            expect(await product().data({ executor })).toEqual(expected)
          }
        },
      ),
      { numRuns: 20 },
    )
  })

  it('should have the same bits for any number of threads where sums round', async () => {
    const factor = (shape: [number, number], step: number) =>
      tensor(
        Float32Array.from({ length: shape[0] * shape[1] }, (_, i) => Math.sin(step * i)),
        { shape },
      )
    for (const [rows, depth, columns] of [
      [97, 5000, 33],
      [200, 300, 70],
    ]) {
      const product = () => matmul(factor([rows, depth], 0.7), factor([depth, columns], 1.3))
      const [first, ...others] = await Promise.all(executors.map((executor) => product().data({ executor })))
      for (const other of others) expect(other).toEqual(first)
    }
  })
})
