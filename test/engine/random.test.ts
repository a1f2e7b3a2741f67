import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { threefry2x32 } from '../../base/random.ts'
import {
  type Key,
  RandomStream,
  randomBits,
  randomNormal,
  randomUniform,
  streamKey,
} from '../../engine/index.ts'
import { int32, numbers } from './numbers.ts'

const word = fc.integer({ min: 0, max: 2 ** 32 - 1 })
const key = fc.tuple(word, word)

const hexadecimal = (words: readonly number[]) => words.map((word) => word.toString(16).padStart(8, '0'))

describe('random numbers', () => {
  // The known answers that come with Random123, kat_vectors: threefry2x32, 20 rounds.
  it.each([
    [
      [0, 0],
      [0, 0],
      ['6b200159', '99ba4efe'],
    ],
    [
      [0xffffffff, 0xffffffff],
      [0xffffffff, 0xffffffff],
      ['1cb996fc', 'bb002be7'],
    ],
    [
      [0x13198a2e, 0x03707344],
      [0x243f6a88, 0x85a308d3],
      ['c4923a9c', '483df7a0'],
    ],
  ] as const)('should encrypt under the key %j the counter %j to %j', (key, [first, second], expected) => {
    expect(hexadecimal(threefry2x32(key, first, second))).toEqual(expected)
  })

  it('should be uniform in [0, 1), and on tensors the numbers of the stream', () =>
    fc.assert(
      fc.asyncProperty(key, async (key: Key) => {
        const stream = new RandomStream(key)
        const onHost = Array.from({ length: 12 }, () => stream.uniform())
        for (const value of onHost) {
          expect(value).toBeGreaterThanOrEqual(0)
          expect(value).toBeLessThan(1)
        }
        expect(await numbers(randomUniform(key, [3, 4]))).toEqual(onHost)
        expect(await numbers(randomBits(key, [12]))).toEqual(onHost.map((value) => value * 2 ** 24))
      }),
    ))

  it('should have the moments of the uniform and the normal distribution', async () => {
    const moments = (values: number[]) => {
      const mean = values.reduce((sum, value) => sum + value) / values.length
      return { mean, variance: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length }
    }
    const uniform = moments(await numbers(randomUniform([1, 2], [20_000])))
    expect(uniform.mean).toBeCloseTo(1 / 2, 1)
    expect(uniform.variance).toBeCloseTo(1 / 12, 2)
    const stream = new RandomStream([3, 4])
    const onHost = Array.from({ length: 20_000 }, () => stream.normal())
    for (const values of [await numbers(randomNormal([1, 2], [20_000])), onHost]) {
      const normal = moments(values)
      expect(Math.abs(normal.mean)).toBeLessThan(0.03)
      expect(Math.abs(normal.variance - 1)).toBeLessThan(0.05)
    }
  })

  it('should give different streams to different paths', () =>
    fc.assert(
      fc.property(
        fc.uniqueArray(
          fc.record({
            seed: fc.nat({ max: Number.MAX_SAFE_INTEGER }),
            path: fc.array(fc.oneof(fc.string(), fc.nat(), fc.constantFrom('1', 1, ''))),
          }),
          { minLength: 2, maxLength: 5, selector: ({ seed, path }) => JSON.stringify([seed, path]) },
        ),
        (streams) => {
          const keys = streams.map(({ seed, path }) => streamKey(seed, ...path).join())
          expect(new Set(keys).size).toBe(streams.length)
        },
      ),
    ))

  it('should draw integers below the bound, and permute', () =>
    fc.assert(
      fc.property(key, fc.integer({ min: 1, max: 50 }), (key, bound) => {
        const stream = new RandomStream(key)
        for (let i = 0; i < 20; i++) expect(stream.integer(bound)).toBeLessThan(bound)
        const order = Array.from(stream.permutation(bound))
        expect(order.toSorted((a, b) => a - b)).toEqual(Array.from({ length: bound }, (_, i) => i))
      }),
    ))

  it('should refuse a key that is not two words', () => {
    expect(() => randomBits(int32([1, 2, 3]), [1])).toThrow(
      'randomBits: expected a key of two int32 words, got int32 [3]',
    )
    expect(() => randomUniform([1, 2], [2, 0.5])).toThrow(
      'randomUniform: expected shape to be an array, each an integer ≥ 0, at most 2³², got [2, 0.5]',
    )
  })
})
