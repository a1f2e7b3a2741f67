import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { wasm } from '../../engine/executors/wasm/index.ts'
import { dialectOf } from '../../engine/executors/wasm/lowering/dialect.ts'
import {
  conv2d,
  type Executor,
  grad,
  gradientCheck,
  maxPool2d,
  sum,
  type Tensor,
  tensor,
} from '../../engine/index.ts'
import { schedule } from '../../engine/plan/schedule.ts'
import { recordingOf } from '../../engine/realize.ts'
import { equalShapes } from '../../engine/shape.ts'
import { reference } from './numbers.ts'

const executors: Record<string, Executor> = {
  reference,
  'wasm with one thread': wasm({ threads: 1 }),
  'wasm with three threads': wasm({ threads: 3 }),
}

interface Case {
  readonly shape: readonly [count: number, channels: number, height: number, width: number]
  readonly kernel: readonly [number, number]
  readonly stride: readonly [number, number]
  readonly padding: readonly [number, number]
  /** In the order of memory: row-major, or channels last. */
  readonly channelsLast: boolean
  readonly data: readonly number[]
}

/** Few distinct numbers, so that most windows have ties, and all that compare in their own way. */
const elementArb = fc.constantFrom(0, -0, 1, -1, 2.5, Number.NaN, Infinity, -Infinity)
const lengthArb = fc.integer({ min: 1, max: 3 })

const caseArb: fc.Arbitrary<Case> = fc
  .record({
    count: lengthArb,
    channels: fc.integer({ min: 1, max: 10 }),
    kernel: fc.tuple(lengthArb, lengthArb),
    windows: fc.tuple(lengthArb, lengthArb),
    tiles: fc.boolean(),
    stride: fc.tuple(lengthArb, lengthArb),
    padded: fc.boolean(),
    channelsLast: fc.boolean(),
  })
  .chain(({ count, channels, kernel, windows, tiles, stride, padded, channelsLast }) => {
    const steps = tiles ? kernel : stride
    const padding = kernel.map((length) => (padded && !tiles ? Math.floor(length / 2) : 0)) as [
      number,
      number,
    ]
    const [height, width] = kernel.map((length, i) =>
      Math.max(1, (windows[i] - 1) * steps[i] + length - 2 * padding[i]),
    )
    const length = count * channels * height * width
    return fc.record({
      shape: fc.constant([count, channels, height, width] as const),
      kernel: fc.constant(kernel),
      stride: fc.constant(steps),
      padding: fc.constant(padding),
      channelsLast: fc.constant(channelsLast),
      data: fc.array(elementArb, { minLength: length, maxLength: length }),
    })
  })

/** The largest element of each window, and the gradient of their sum weighted by 1, 2, …: of each window's first maximum. */
function expected({ shape, kernel, stride, padding, data }: Case): { values: number[]; gradient: number[] } {
  const [count, channels, height, width] = shape
  const [rows, columns] = [height, width].map(
    (length, i) => Math.floor((length + 2 * padding[i] - kernel[i]) / stride[i]) + 1,
  )
  const values: number[] = []
  const gradient = data.map(() => 0)
  for (let map = 0; map < count * channels; map++) {
    for (let window = 0; window < rows * columns; window++) {
      const [top, left] = [
        Math.floor(window / columns) * stride[0] - padding[0],
        (window % columns) * stride[1] - padding[1],
      ]
      let best = -1
      for (let tap = 0; tap < kernel[0] * kernel[1]; tap++) {
        const [h, w] = [top + Math.floor(tap / kernel[1]), left + (tap % kernel[1])]
        if (h < 0 || h >= height || w < 0 || w >= width) continue
        const index = (map * height + h) * width + w
        const isFirstNaN = Number.isNaN(data[index]) && !Number.isNaN(data[best])
        if (best === -1 || data[index] > data[best] || isFirstNaN) best = index
      }
      values.push(data[best])
      gradient[best] += values.length
    }
  }
  return { values, gradient }
}

/** The maps of a case; float32, as all executors compute them. */
function mapsOf({ shape, channelsLast, data }: Case): Tensor {
  const [count, channels, height, width] = shape
  if (!channelsLast) return tensor(Float32Array.from(data), { shape })
  const area = height * width
  const moved = Float32Array.from(data, (_, i) => {
    const [image, pixel, channel] = [
      Math.floor(i / (area * channels)),
      Math.floor(i / channels) % area,
      i % channels,
    ]
    return data[(image * channels + channel) * area + pixel]
  })
  return tensor(moved, { shape: [count, height, width, channels] }).permute([0, 3, 1, 2])
}

describe('maxPool2d', () => {
  it.each(Object.entries(executors))(
    'should give the largest element of each window, and its gradient to the first: %s',
    async (_, executor) => {
      await fc.assert(
        fc.asyncProperty(caseArb, async (pooling) => {
          const x = mapsOf(pooling)
          const { kernel, stride, padding } = pooling
          const pooled = maxPool2d(x, kernel, { stride, padding })
          const weights = tensor(
            Float32Array.from({ length: pooled.size }, (_, i) => i + 1),
            { shape: pooled.shape },
          )
          const [gradient] = grad(pooled, [x], weights)
          const { values, gradient: wanted } = expected(pooling)
          expect(Array.from(await pooled.data({ executor }))).toEqual(values)
          expect(Array.from(await gradient.data({ executor }))).toEqual(wanted)
        }),
        { numRuns: 60 },
      )
    },
  )

  it('should have right derivatives of two orders where windows tile the maps', async () => {
    const distinct = Float64Array.from({ length: 2 * 2 * 4 * 6 }, (_, i) => ((37 * i) % 96) / 48 - 1)
    const x = tensor(distinct, { shape: [2, 2, 4, 6] })
    expect(await gradientCheck((maps) => maxPool2d(maps, 2).square(), [x], { order: 2 })).toBeLessThan(1e-6)
  })

  it('should read and write maps in the order in which a convolution stores them, forward and backward', () => {
    const x = tensor(new Float32Array(2 * 3 * 8 * 8), { shape: [2, 3, 8, 8] })
    const weight = tensor(new Float32Array(4 * 3 * 3 * 3), { shape: [4, 3, 3, 3] })
    const maps = conv2d(x, weight, undefined, { padding: 1 })
    const [gradient] = grad(sum(maxPool2d(maps, 2).square()), [maps])
    const { graph } = recordingOf(gradient.relu())
    const { kernels } = schedule(graph, dialectOf(wasm().modes))
    const windows = [2, 4, 4, 2, 4, 2]
    const loops = kernels.filter((kernel) => kernel.kind === 'loop' && equalShapes(kernel.shape, windows))
    expect(loops).toMatchObject([{ order: [0, 2, 3, 4, 5, 1] }])
  })
})
