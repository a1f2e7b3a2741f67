import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RandomStream, streamKey } from '../../base/random.ts'
import { wasm } from '../../engine/executors/wasm/index.ts'
import { conv2d, type Executor, flip, grad, permute, type Tensor, tensor } from '../../engine/index.ts'
import { type Shape, sizeOf } from '../../engine/shape.ts'
import { reference } from './numbers.ts'

interface Sizes {
  readonly count: number
  readonly channels: number
  readonly filters: number
  readonly height: number
  readonly width: number
  readonly kernel: number
  readonly stride: number
  readonly isDepthwise: boolean
  readonly layout: keyof typeof layouts
  readonly seed: number
}

const axes = [3, 2, 1, 0]

/** How maps, weights and cotangents lie in memory. */
const layouts = {
  dense: { shape: (shape: Shape) => shape, view: (x: Tensor) => x },
  flipped: { shape: (shape: Shape) => shape, view: (x: Tensor) => flip(x, axes) },
  permuted: { shape: (shape: Shape) => shape.toReversed(), view: (x: Tensor) => permute(x, axes) },
}

const layoutArb = fc.constantFrom<Sizes['layout']>('dense', 'flipped', 'permuted')

/** Large enough, and of sizes even enough, for every way in which an executor may compute a convolution. */
const convolutionArb: fc.Arbitrary<Sizes> = fc.record({
  count: fc.constantFrom(1, 2, 3),
  channels: fc.constantFrom(3, 8, 16, 32, 40),
  filters: fc.constantFrom(5, 12, 16, 24, 32, 40, 48),
  height: fc.constantFrom(4, 6, 8, 12),
  width: fc.constantFrom(4, 7, 8, 16),
  kernel: fc.constantFrom(1, 3),
  stride: fc.constantFrom(1, 2),
  isDepthwise: fc.boolean(),
  layout: layoutArb,
  seed: fc.nat({ max: 1000 }),
})

/** Those that Winograd's method can compute with m×m tiles of the output, and their gradients. */
const filteredArb = (outputTile: 2 | 4): fc.Arbitrary<Sizes> =>
  fc
    .record({
      count: fc.integer({ min: 1, max: 5 }),
      channels: fc.constantFrom(8, 16, 24, 48),
      filters: fc.constantFrom(8, 16, 24, 40, 48),
      height: fc.integer({ min: 1, max: 3 }),
      width: fc.integer({ min: 1, max: 3 }),
      kernel: fc.constant(3),
      stride: fc.constantFrom(1, 2),
      isDepthwise: fc.constant(false),
      layout: layoutArb,
      seed: fc.nat({ max: 1000 }),
    })
    .chain(({ height, width, ...rest }) => {
      // With stride 2, an odd pixel less gives an output of the same size.
      const length = (tiles: number) => {
        const pixels = tiles * outputTile * rest.stride
        return fc.constantFrom(...(rest.stride === 1 ? [pixels] : [pixels, pixels, pixels - 1]))
      }
      return fc.record({ height: length(height), width: length(width) }).map((size) => ({ ...rest, ...size }))
    })

/** A convolution of normal noise, and its gradients. */
function convolutionOf(sizes: Sizes): Tensor[] {
  const { count, channels, height, width, kernel, stride, isDepthwise, seed } = sizes
  const filters = isDepthwise ? channels : sizes.filters
  const groups = isDepthwise ? channels : 1
  const normal = (name: string, shape: Shape) => {
    const stream = new RandomStream(streamKey(seed, name))
    const layout = layouts[sizes.layout]
    const elements = Float32Array.from({ length: sizeOf(shape) }, () => stream.normal())
    return layout.view(tensor(elements, { shape: layout.shape(shape) }))
  }
  const x = normal('x', [count, channels, height, width])
  const weight = normal('weight', [filters, channels / groups, kernel, kernel])
  const output = conv2d(x, weight, undefined, { stride, padding: (kernel - 1) / 2, groups })
  return [output, ...grad(output, [x, weight], normal('cotangent', output.shape))]
}

const modes = [
  { name: 'as found', mode: {}, sizesArb: convolutionArb },
  { name: 'without Winograd', mode: { winograd: false }, sizesArb: convolutionArb },
  { name: 'with F(2×2, 3×3)', mode: { winograd: 2 }, sizesArb: filteredArb(2) },
  {
    name: 'with F(2×2, 3×3) and narrow tiles',
    mode: { winograd: 2, tile: { rows: 6, columns: 8 } },
    sizesArb: filteredArb(2),
  },
  { name: 'with F(4×4, 3×3)', mode: { winograd: 4 }, sizesArb: filteredArb(4) },
] as const

describe.each(modes)('convolutions of the wasm executor $name', ({ mode, sizesArb }) => {
  const executor = wasm(mode)
  it('should equal the definition, forward and both gradients, on every path', () =>
    fc.assert(
      fc.asyncProperty(sizesArb, async (sizes) => {
        const wanted = convolutionOf(sizes)
        for (const [i, result] of convolutionOf(sizes).entries()) {
          const expected = Array.from(await wanted[i].data({ executor: reference }))
          const got = await result.data({ executor })
          const largest = largestOf(expected)
          const error = largestOf(expected.map((value, at) => value - got[at]))
          expect(error, `result ${i} of ${largest}`).toBeLessThan(2e-5 * largest)
        }
      }),
      { numRuns: 60 },
    ))
})

/** The largest magnitude, of more numbers than a call has arguments. */
function largestOf(numbers: readonly number[]): number {
  return numbers.reduce((largest, number) => Math.max(largest, Math.abs(number)), 0)
}

/** The bits of all results. */
async function bytesOn(executor: Executor, sizes: Sizes): Promise<Buffer> {
  const results = await Promise.all(convolutionOf(sizes).map((result) => result.data({ executor })))
  return Buffer.concat(results.map(({ buffer }) => new Uint8Array(buffer)))
}

describe('Winograd', () => {
  it.each([2, 4] as const)('should give the same bits with any number of threads, m = %i', (winograd) => {
    const [one, ...teams] = [1, 2, 3, 16].map((threads) => wasm({ winograd, threads }))
    return fc.assert(
      fc.asyncProperty(filteredArb(winograd), async (sizes) => {
        const expected = await bytesOn(one, sizes)
        // A team runs a program alone the first time, and shares it out the second.
        for (const team of [...teams, ...teams]) {
          expect(expected.equals(await bytesOn(team, sizes))).toBe(true)
        }
      }),
      { numRuns: 6 },
    )
  })

  it('should sum a weight gradient in chunks of different sizes, with the same bits for any number of threads', async () => {
    // 20 images of 4×4 tiles are five blocks, of which one chunk has three.
    const sizes: Sizes = {
      ...{ count: 20, channels: 64, filters: 16, height: 8, width: 8, kernel: 3, stride: 1 },
      ...{ isDepthwise: false, layout: 'dense', seed: 1 },
    }
    const expected = Array.from(await convolutionOf(sizes)[2].data({ executor: reference }))
    const bytes: Buffer[] = []
    for (const threads of [1, 3, 16]) {
      const executor = wasm({ winograd: 2, threads })
      const got = await convolutionOf(sizes)[2].data({ executor })
      const error = largestOf(expected.map((value, at) => value - got[at]))
      expect(error).toBeLessThan(1e-5 * largestOf(expected))
      bytes.push(await bytesOn(executor, sizes), await bytesOn(executor, sizes))
    }
    expect(bytes.every((other) => other.equals(bytes[0]))).toBe(true)
  })

  it.each([
    { title: 'F(4×4, 3×3) on large maps', winograd: 4, count: 8, size: 16 },
    { title: 'F(2×2, 3×3) where the size is even and no multiple of four', winograd: 2, count: 8, size: 14 },
    { title: 'F(2×2, 3×3) where there are few tiles', winograd: 2, count: 8, size: 4 },
    { title: 'the direct convolution where there are fewer', winograd: false, count: 1, size: 4 },
    { title: 'the direct convolution on odd sizes', winograd: false, count: 8, size: 15 },
    { title: 'tiles of 4×4 with stride 2 on large maps', winograd: 4, count: 8, size: 16, stride: 2 },
    { title: 'tiles of 2×2 with stride 2, no multiple of four', winograd: 2, count: 12, size: 14, stride: 2 },
    {
      title: 'the direct convolution with stride 2 of few tiles',
      winograd: false,
      count: 1,
      size: 4,
      stride: 2,
    },
  ] as const)('should compute by $title', async ({ winograd, count, size, ...rest }) => {
    const stride = 'stride' in rest ? rest.stride : 1
    const sizes = {
      ...{ count, channels: 64, filters: 64, height: stride * size, width: stride * size },
      ...{ kernel: 3, stride, isDepthwise: false, layout: 'dense' as const, seed: 1 },
    }
    const chosen = await bytesOn(wasm({ winograd: true }), sizes)
    for (const method of [false, 2, 4] as const) {
      const isPossible = method === false || size % method === 0
      const forced = isPossible && (await bytesOn(wasm({ winograd: method }), sizes))
      if (forced) expect(chosen.equals(forced), `${method}`).toBe(method === winograd)
    }
  })
})
