import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RandomStream, streamKey } from '../../base/random.ts'
import { wasm } from '../../engine/executors/wasm/index.ts'
import { conv2d, grad, planOf, realizeOn, tensor, where } from '../../engine/index.ts'
import { type Shape, sizeOf } from '../../engine/shape.ts'
import { reference } from './numbers.ts'

/** A convolution, and operands of all shapes that broadcast to its result [N, K, H, W]. */
const endingArb = fc.record({
  count: fc.constantFrom(1, 2, 3),
  channels: fc.constantFrom(4, 16),
  filters: fc.constantFrom(2, 6, 16, 32),
  height: fc.constantFrom(4, 5, 8),
  width: fc.constantFrom(4, 7, 8),
  kernel: fc.constantFrom(1, 3),
  stride: fc.constantFrom(1, 2),
  groups: fc.constantFrom(1, 2),
  spread: fc.array(fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }), { minLength: 1, maxLength: 3 }),
  isReadTwice: fc.boolean(),
  seed: fc.nat({ max: 1000 }),
})

const executors = {
  'as found': wasm(),
  'without Winograd': wasm({ winograd: false }),
  'with F(4×4) wherever it can be': wasm({ winograd: 4 }),
}

function normal(seed: number, name: string, shape: Shape) {
  const stream = new RandomStream(streamKey(seed, name))
  return tensor(
    Float32Array.from({ length: sizeOf(shape) }, () => stream.normal()),
    { shape },
  )
}

describe('what follows a convolution', () => {
  it('should give the same in its kernel as in a loop of its own', () =>
    fc.assert(
      fc.asyncProperty(endingArb, async (sizes) => {
        const { count, channels, filters, height, width, kernel, stride, groups, seed } = sizes
        const results = () => {
          const x = normal(seed, 'x', [count, channels, height, width])
          const weight = normal(seed, 'weight', [filters, channels / groups, kernel, kernel])
          const maps = conv2d(x, weight, undefined, { stride, padding: (kernel - 1) / 2, groups })
          const ended = sizes.spread.reduce((y, keeps, i) => {
            const operand = normal(
              seed,
              `operand ${i}`,
              maps.shape.map((length, axis) => (keeps[axis] ? length : 1)),
            )
            return where(operand.less(y), y.multiply(0.5), y.add(operand))
          }, maps)
          return sizes.isReadTwice ? [ended, maps] : [ended, ended.multiply(ended)]
        }
        const expected = await Promise.all(results().map((result) => result.data({ executor: reference })))
        for (const executor of Object.values(executors)) {
          const tensors = results()
          await realizeOn(executor, ...tensors)
          const got = await Promise.all(tensors.map((result) => result.data()))
          got.forEach((values, i) => {
            // Where a comparison falls differently by rounding, both branches are of the size of the operands.
            const wrong = values.filter(
              (value, at) => Math.abs(value - expected[i][at]) > 1e-4 * (1 + Math.abs(value)),
            )
            expect(wrong.length, `wrong elements of result ${i}`).toBeLessThanOrEqual(values.length / 200)
          })
        }
      }),
      { numRuns: 60 },
    ))

  it.each(Object.entries(executors))('should take no kernel of its own: %s', async (_, executor) => {
    const maps = () =>
      conv2d(normal(0, 'x', [2, 16, 8, 8]), normal(0, 'w', [16, 16, 3, 3]), undefined, { padding: 1 })
    const scale = normal(0, 'scale', [1, 16, 1, 1])
    const shortcut = maps()
    const alone = await planOf(executor, maps())
    const followed = await planOf(executor, maps().multiply(scale).add(2).relu())
    expect(followed.kernels).toBe(alone.kernels)
    const read = await planOf(executor, shortcut, shortcut.add(scale))
    expect(read.kernels).toBeGreaterThan(alone.kernels)
  })
  it('should take no kernel of its own after the gradient of maps, of all phases of stride 2 together', async () => {
    const executor = executors['with F(4×4) wherever it can be']
    const gradient = () => {
      const [x, weight] = [normal(0, 'x', [2, 16, 8, 8]), normal(0, 'w', [16, 16, 3, 3])]
      return grad(
        conv2d(x, weight, undefined, { stride: 2, padding: 1 }),
        [x],
        normal(0, 'g', [2, 16, 4, 4]),
      )[0]
    }
    const alone = await planOf(executor, gradient())
    const followed = () =>
      gradient()
        .multiply(normal(0, 'scale', [1, 16, 1, 1]))
        .add(2)
        .relu()
    expect((await planOf(executor, followed())).kernels).toBe(alone.kernels)
    const expected = await followed().data({ executor: reference })
    const got = await followed().data({ executor })
    expect(Math.max(...expected.map((value, i) => Math.abs(value - got[i])))).toBeLessThan(1e-3)
  })
})
