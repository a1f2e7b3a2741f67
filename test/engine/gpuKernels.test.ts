import { beforeAll, describe, expect, it } from 'vitest'
import { loopSource } from '../../engine/executors/gpu/kernels/loop.ts'
import {
  atan2,
  broadcastTo,
  cos,
  type Executor,
  flip,
  openExecutor,
  power,
  randomBits,
  remainder,
  sin,
  slice,
  type Tensor,
  tensor,
} from '../../engine/index.ts'

describe('the kernel of a fold', () => {
  it.each([
    ['sum', 'return zero;'],
    ['amax', 'return (0-infinity);'],
  ] as const)('gives the neutral element of %s over no elements', (name, neutral) => {
    const view = { value: 0, shape: [0], strides: [0], offset: 0 }
    const { source } = loopSource(
      {
        kind: 'loop',
        shape: [0],
        order: [0],
        body: [{ name: 'literal', value: 7, dtype: 'float32' }],
        stores: [],
        folds: [{ register: 0, name, view }],
      },
      { vectors: false, rounds: false, shaders: false },
    )
    expect(source).toContain(neutral)
  })
})

describe.each(['gpujs-cpu', 'gpujs-webasm'])('the kernels of GPU.js on %s', (name) => {
  let executor: Executor
  beforeAll(async () => {
    executor = (await openExecutor(name)).executor
  })
  const numbers = async (x: Tensor) => Array.from(await x.data({ executor }))

  it('should read a key through a view', async () => {
    const words = tensor(Int32Array.from([7, -(2 ** 31), 2 ** 31 - 1, 9, 11]))
    const keys: [Tensor, [number, number]][] = [
      [slice(words, [1, 3]), [-(2 ** 31), 2 ** 31 - 1]],
      [slice(words, [null, null, 4]), [7, 11]],
      [flip(slice(words, [3, 5]), 0), [11, 9]],
      [broadcastTo(slice(words, [4, 5]), [2]), [11, 11]],
    ]
    for (const [view, key] of keys) {
      expect(await numbers(randomBits(view, [5]))).toEqual(await numbers(randomBits(key, [5])))
    }
  })

  it('should leave the divisor of a remainder that is rounded up to it', async () => {
    const tiny = 2 ** -149
    const a = tensor([-tiny, tiny, tiny, -tiny, -1, 1, 0])
    const b = tensor([0.5, -0.5, 0.5, -0.5, 3, -3, 2])
    expect(await numbers(remainder(a, b))).toEqual([0.5, -0.5, tiny, -tiny, 2, -2, 0])
  })

  it('should give large powers of negative numbers, which are even', async () => {
    const bases = tensor([-1.5, -1.5, -0.5, -0.5, -2, -2])
    const exponents = tensor([Infinity, -Infinity, Infinity, -Infinity, 2 ** 24, 3])
    expect((await numbers(power(bases, exponents))).map((value) => value + 0)).toEqual([
      Infinity,
      0,
      0,
      Infinity,
      Infinity,
      expect.closeTo(-8, 4),
    ])
  })

  it('should give the angle of infinities and zeros of either sign', async () => {
    const ends = [0, -0, 1, -1, Infinity, -Infinity]
    const pairs = ends.flatMap((y) => ends.map((x) => [y, x] as const))
    const angles = atan2(tensor(pairs.map(([y]) => y)), tensor(pairs.map(([, x]) => x)))
    for (const [i, angle] of (await numbers(angles)).entries()) {
      expect(Math.abs(angle - Math.atan2(...pairs[i])), pairs[i].join()).toBeLessThan(1e-6)
    }
  })

  it('should give sines of angles up to 2¹⁷, and NaN beyond, not a number at random', async () => {
    const angles = [2 ** 17 - 1, -100_000, 99_999.5, 12_345.75]
    const [sines, cosines] = [await numbers(sin(tensor(angles))), await numbers(cos(tensor(angles)))]
    for (const [i, angle] of angles.entries()) {
      expect(Math.abs(sines[i] - Math.sin(angle))).toBeLessThan(1e-5)
      expect(Math.abs(cosines[i] - Math.cos(angle))).toBeLessThan(1e-5)
    }
    const beyond = tensor([2 ** 17 + 1, -1e9, 1e30, Infinity, Number.NaN])
    expect(await numbers(sin(beyond))).toEqual(new Array(5).fill(Number.NaN))
    expect(await numbers(cos(beyond))).toEqual(new Array(5).fill(Number.NaN))
  })
})
