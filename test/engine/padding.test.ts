import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RandomStream, streamKey } from '../../base/random.ts'
import { wasm } from '../../engine/executors/wasm/index.ts'
import { add, conv2d, grad, slice, tanh, tensor } from '../../engine/index.ts'
import { type Shape, sizeOf } from '../../engine/shape.ts'
import { reference } from './numbers.ts'

/** Convolutions that read the same maps, each with its own padding; some read only a part. */
const readerArb = fc.record({
  filters: fc.constantFrom(4, 16),
  kernel: fc.constantFrom(1, 2, 3, 4),
  stride: fc.constantFrom(1, 2),
  padding: fc.nat({ max: 2 }),
  isPart: fc.boolean(),
})

const sharedMapsArb = fc.record({
  count: fc.constantFrom(1, 2),
  channels: fc.constantFrom(3, 16),
  height: fc.constantFrom(5, 8),
  width: fc.constantFrom(6, 8),
  readers: fc.array(readerArb, { minLength: 1, maxLength: 3 }),
  isLast: fc.boolean(),
  seed: fc.nat({ max: 1000 }),
})

describe('maps that several convolutions read', () => {
  const executors = { 'as found': wasm(), 'without Winograd': wasm({ winograd: false }) }
  it('should have as much padding as each of them expects, forward and backward', () =>
    fc.assert(
      fc.asyncProperty(sharedMapsArb, async ({ count, channels, height, width, readers, isLast, seed }) => {
        const normal = (name: string, shape: Shape) => {
          const stream = new RandomStream(streamKey(seed, name))
          const values = Float32Array.from({ length: sizeOf(shape) }, () => stream.normal())
          return tensor(values, { shape })
        }
        const results = () => {
          const x = normal('x', [count, channels, height, width])
          const first = normal('first', [channels, channels, 3, 3])
          const maps = tanh(conv2d(x, first, undefined, { padding: 1 }))
          const weights = readers.map(({ filters, kernel }, i) =>
            normal(`weight ${i}`, [filters, channels, kernel, kernel]),
          )
          const outputs = readers.map(({ stride, padding, isPart }, i) =>
            conv2d(isPart ? slice(maps, null, null, [1, null]) : maps, weights[i], undefined, {
              stride,
              padding,
            }),
          )
          const loss = outputs
            .map((output, i) =>
              tanh(output)
                .multiply(normal(`cotangent ${i}`, output.shape))
                .sum(),
            )
            .reduce(add)
          return [...grad(loss, [x, first, ...weights]), ...(isLast ? [maps] : []), ...outputs]
        }
        const wanted = results()
        const expected = await Promise.all(wanted.map((result) => result.data({ executor: reference })))
        for (const executor of Object.values(executors)) {
          const got = await Promise.all(results().map((result) => result.data({ executor })))
          got.forEach((values, i) => {
            const largest = Math.max(...expected[i].map(Math.abs))
            const error = Math.max(...expected[i].map((value, at) => Math.abs(value - values[at])))
            expect(error, `result ${i} of ${largest}`).toBeLessThanOrEqual(1e-4 * Math.max(1, largest))
          })
        }
      }),
      { numRuns: 25 },
    ))
})
