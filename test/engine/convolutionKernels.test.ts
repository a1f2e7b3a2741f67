import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { wasm } from '../../engine/executors/wasm/index.ts'
import { conv2d, type Executor, grad, openExecutor, tensor } from '../../engine/index.ts'
import { RandomStream, streamKey } from '../../engine/random.ts'
import { type Shape, sizeOf } from '../../engine/shape.ts'

/** Large enough, and of sizes even enough, for every way in which an executor may compute a convolution. */
const convolutionArb = fc.record({
  count: fc.constantFrom(1, 2, 3),
  channels: fc.constantFrom(3, 8, 16, 32, 40),
  filters: fc.constantFrom(5, 16, 32, 48),
  height: fc.constantFrom(4, 6, 8, 12),
  width: fc.constantFrom(4, 7, 8, 16),
  kernel: fc.constantFrom(1, 3),
  stride: fc.constantFrom(1, 2),
  isDepthwise: fc.boolean(),
  seed: fc.nat({ max: 1000 }),
})

const modes = { 'as found': {}, 'without Winograd': { winograd: false } }

describe.each(Object.entries(modes))('convolutions of the wasm executor %s', (_, mode) => {
  const executor = wasm(mode)
  let reference: Executor
  beforeAll(async () => {
    reference = (await openExecutor('reference')).executor
  })

  it('should equal the definition, forward and both gradients, on every path', () =>
    fc.assert(
      fc.asyncProperty(convolutionArb, async (sizes) => {
        const { count, channels, height, width, kernel, stride, isDepthwise, seed } = sizes
        const filters = isDepthwise ? channels : sizes.filters
        const groups = isDepthwise ? channels : 1
        const normal = (name: string, shape: Shape) => {
          const stream = new RandomStream(streamKey(seed, name))
          return tensor(
            Float32Array.from({ length: sizeOf(shape) }, () => stream.normal()),
            { shape },
          )
        }
        const results = () => {
          const x = normal('x', [count, channels, height, width])
          const weight = normal('weight', [filters, channels / groups, kernel, kernel])
          const output = conv2d(x, weight, undefined, { stride, padding: (kernel - 1) / 2, groups })
          return [output, ...grad(output, [x, weight], normal('cotangent', output.shape))]
        }
        const wanted = results()
        for (const [i, result] of results().entries()) {
          const expected = Array.from(await wanted[i].data({ executor: reference }))
          const got = await result.data({ executor })
          const largest = Math.max(...expected.map(Math.abs))
          const error = Math.max(...expected.map((value, at) => Math.abs(value - got[at])))
          expect(error, `result ${i} of ${largest}`).toBeLessThan(2e-5 * largest)
        }
      }),
      { numRuns: 60 },
    ))
})
