import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { wasm } from '../../engine/executors/wasm/index.ts'
import {
  add,
  arange,
  mean as average,
  divide,
  grad,
  multiply,
  reshape,
  type Shape,
  sqrt,
  square,
  subtract,
  sum,
  type Tensor,
  tensor,
  zeros,
} from '../../engine/index.ts'
import {
  AdaptiveAveragePool2d,
  AveragePool2d,
  BatchNorm2d,
  ChannelShuffle,
  Conv2d,
  constant,
  Flatten,
  initialize,
  Linear,
  MaxPool2d,
} from '../../nn/index.ts'
import { numbers, useReference } from './reference.ts'

beforeAll(useReference)

/** Float32 in WebAssembly, by one thread and by several. */
const executors = [wasm({ threads: 1 }), wasm({ threads: 2 })]

/** Maps [N, C, H, W] with at least two values per channel that are not all alike. */
const maps = fc
  .record({
    n: fc.integer({ min: 1, max: 3 }),
    c: fc.integer({ min: 1, max: 3 }),
    w: fc.integer({ min: 2, max: 4 }),
  })
  .chain(({ n, c, w }) =>
    fc
      .array(fc.integer({ min: -20, max: 20 }), { minLength: n * c * w, maxLength: n * c * w })
      .map((values) => ({
        values: values.map((value, i) => value / 4 + (i % 2) / 8),
        shape: [n, c, 1, w] as const,
      })),
  )

function maps64({ values, shape }: { values: number[]; shape: Shape }): Tensor {
  return tensor(values, { dtype: 'float64', shape })
}

/** The values of each channel. */
function channelsOf(values: readonly number[], [n, c, h, w]: Shape): number[][] {
  const area = h * w
  return Array.from({ length: c }, (_, channel) =>
    Array.from({ length: n }, (_, image) =>
      values.slice((image * c + channel) * area, (image * c + channel + 1) * area),
    ).flat(),
  )
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function sumOfSquares(values: readonly number[]): number {
  const centre = mean(values)
  return values.reduce((sum, value) => sum + (value - centre) ** 2, 0)
}

describe('BatchNorm2d', () => {
  const fresh = (channels: number, options = {}) =>
    initialize(new BatchNorm2d(channels, options), 0).to('float64')

  it('gives each channel mean 0 and variance 1 in training', async () => {
    await fc.assert(
      fc.asyncProperty(maps, async (drawn) => {
        const layer = fresh(drawn.shape[1], { epsilon: 0 })
        for (const channel of channelsOf(await numbers(layer.forward(maps64(drawn))), drawn.shape)) {
          expect(mean(channel)).toBeCloseTo(0, 9)
          expect(sumOfSquares(channel) / channel.length).toBeCloseTo(1, 9)
        }
      }),
      { numRuns: 30 },
    )
  })

  it('has the gradient of its definition, and that gradient its own', async () => {
    await fc.assert(
      fc.asyncProperty(maps, async (drawn) => {
        const [, channels] = drawn.shape
        const layer = fresh(channels)
        const perChannel = (values: Tensor) => reshape(values, [1, channels, 1, 1])
        const x = maps64(drawn)
        const byDefinition = (): Tensor => {
          const centred = subtract(x, average(x, [0, 2, 3], { keepDimensions: true }))
          const variance = average(square(centred), [0, 2, 3], { keepDimensions: true })
          const normalized = divide(centred, sqrt(add(variance, layer.epsilon)))
          return add(multiply(normalized, perChannel(layer.weight)), perChannel(layer.bias))
        }
        const sources = [x, layer.weight, layer.bias]
        const derivatives = (output: Tensor) => {
          const first = grad(sum(multiply(output, square(output))), sources)
          const second = grad(sum(square(first[0])), sources)
          return Promise.all([...first, ...second].map(numbers))
        }
        const expected = await derivatives(byDefinition())
        const computed = await derivatives(layer.forward(x))
        computed.forEach((values, i) => {
          const size = Math.max(1, ...expected[i].map(Math.abs))
          values.forEach((value, k) => {
            expect(Math.abs(value - expected[i][k]) / size).toBeLessThan(1e-9)
          })
        })
      }),
      { numRuns: 30 },
    )
  })

  it('normalizes in float32 whatever the mean is, constant channels and ties among them', async () => {
    await fc.assert(
      fc.asyncProperty(
        maps,
        fc.constantFrom(0, -3, 1e3, 2 ** 16),
        fc.constantFrom(...executors),
        async ({ values, shape }, centre, executor) => {
          const shifted = values.map((value) => value + centre)
          const layer = initialize(new BatchNorm2d(shape[1]), 0)
          const outputs = await layer.forward(tensor(shifted, { shape })).data({ executor })
          const normalized = channelsOf([...outputs], shape)
          channelsOf(shifted, shape).forEach((channel, c) => {
            const deviation = Math.sqrt(sumOfSquares(channel) / channel.length + layer.epsilon)
            channel.forEach((value, i) => {
              const expected = (value - mean(channel)) / deviation
              expect(Math.abs(normalized[c][i] - expected)).toBeLessThan(
                1e-4 + (2e-7 * Math.abs(centre)) / deviation,
              )
            })
          })
        },
      ),
      { numRuns: 60 },
    )
  })

  it('moves the running mean and the unbiased running variance by momentum, batch after batch', async () => {
    await fc.assert(
      fc.asyncProperty(maps, fc.double({ min: 0, max: 1, noNaN: true }), async (drawn, momentum) => {
        const layer = fresh(drawn.shape[1], { momentum })
        const batches = [drawn.values, drawn.values.map((value) => 2 * value + 1)]
        for (const values of batches) layer.forward(maps64({ ...drawn, values }))
        const runningMean = await numbers(layer.running_mean)
        const runningVariance = await numbers(layer.running_var)
        channelsOf(drawn.values, drawn.shape).forEach((channel, c) => {
          let [expectedMean, expectedVariance] = [0, 1]
          for (const values of [channel, channel.map((value) => 2 * value + 1)]) {
            expectedMean += momentum * (mean(values) - expectedMean)
            expectedVariance += momentum * (sumOfSquares(values) / (values.length - 1) - expectedVariance)
          }
          expect(runningMean[c]).toBeCloseTo(expectedMean, 9)
          expect(runningVariance[c]).toBeCloseTo(expectedVariance, 9)
        })
        expect(await layer.num_batches_tracked.item()).toBe(2)
      }),
      { numRuns: 30 },
    )
  })

  it('uses the running statistics in evaluation and leaves them alone', async () => {
    const layer = fresh(1, { epsilon: 0 }).evaluate()
    layer.running_mean.assign(tensor([2]))
    layer.running_var.assign(tensor([4]))
    layer.weight.assign(tensor([3]))
    layer.bias.assign(tensor([1]))
    const output = layer.forward(tensor([2, 4, -2], { dtype: 'float64', shape: [1, 1, 1, 3] }))
    expect(await numbers(output)).toEqual([1, 4, -5])
    expect(await numbers(layer.running_mean)).toEqual([2])
    expect(await layer.num_batches_tracked.item()).toBe(0)
  })

  it('refuses other channels, and one value per channel in training', () => {
    const layer = new BatchNorm2d(2)
    expect(() => layer.forward(tensor([1, 2, 3], { shape: [1, 3, 1, 1] }))).toThrow(
      'BatchNorm2d: expected maps [N, 2, H, W], got [1, 3, 1, 1]',
    )
    expect(() => layer.forward(tensor([1, 2], { shape: [1, 2, 1, 1] }))).toThrow(
      'BatchNorm2d: training needs more than one value per channel, got maps [1, 2, 1, 1]',
    )
  })
})

describe('the other layers', () => {
  it('Linear is x Wᵀ + b', async () => {
    const layer = new Linear(2, 3)
    layer.weight.assign(
      tensor([
        [1, 2],
        [3, 4],
        [5, 6],
      ]),
    )
    layer.bias!.assign(tensor([0, 10, 20]))
    expect(await numbers(layer.forward(tensor([[1, -1]])))).toEqual([-1, 9, 19])
    expect(new Linear(2, 3, { bias: false }).bias).toBeUndefined()
  })

  it('Conv2d adds its bias and knows stride, padding and groups', async () => {
    const layer = new Conv2d(2, 2, [1, 3], { stride: [1, 2], padding: [0, 1], groups: 2 })
    layer.weight.assign(tensor([1, 1, 1, 0, 1, 0], { shape: [2, 1, 1, 3] }))
    layer.bias!.assign(tensor([0, 100]))
    const output = layer.forward(tensor([1, 2, 3, 4, 5, 6], { shape: [1, 2, 1, 3] }))
    expect(output.shape).toEqual([1, 2, 1, 2])
    expect(await numbers(output)).toEqual([3, 5, 104, 106])
  })

  it('Linear and Conv2d begin as their initializers say', async () => {
    const options = { initializer: constant(2), biasInitializer: constant(3) }
    for (const layer of [new Linear(2, 3, options), new Conv2d(2, 3, 1, options)]) {
      initialize(layer, 0)
      expect(new Set(await numbers(layer.weight))).toEqual(new Set([2]))
      expect(await numbers(layer.bias!)).toEqual([3, 3, 3])
    }
  })

  it('ChannelShuffle takes a channel from each group in turn', async () => {
    const groupings = fc.record({
      groups: fc.integer({ min: 1, max: 4 }),
      size: fc.integer({ min: 1, max: 4 }),
    })
    await fc.assert(
      fc.asyncProperty(groupings, async ({ groups, size }) => {
        const channels = groups * size
        const x = arange(2 * channels).reshape([2, channels, 1, 1])
        const output = await numbers(new ChannelShuffle(groups).forward(x))
        const expected = [0, 1].flatMap((image) =>
          Array.from({ length: channels }, (_, channel) => {
            const [place, group] = [Math.floor(channel / groups), channel % groups]
            return image * channels + group * size + place
          }),
        )
        expect(output).toEqual(expected)
      }),
      { numRuns: 30 },
    )
    expect(() => new ChannelShuffle(2).forward(tensor([1, 2, 3], { shape: [1, 3, 1, 1] }))).toThrow(
      'ChannelShuffle: expected maps [N, C, H, W] of C in 2 groups, got [1, 3, 1, 1]',
    )
  })

  it('AdaptiveAveragePool2d averages windows that cover the maps', async () => {
    const lengths = fc.integer({ min: 1, max: 6 })
    const sizes = fc.record({ rows: lengths, columns: lengths, height: lengths, width: lengths })
    const windowsOf = (count: number, length: number) =>
      Array.from({ length: count }, (_, i) =>
        Array.from({ length }, (_, at) => at).slice(
          Math.floor((i * length) / count),
          Math.ceil(((i + 1) * length) / count),
        ),
      )
    await fc.assert(
      fc.asyncProperty(sizes, async ({ rows, columns, height, width }) => {
        const values = Array.from({ length: rows * columns }, (_, i) => Math.sin(i))
        const x = tensor(values, { dtype: 'float64', shape: [1, 1, rows, columns] })
        const output = new AdaptiveAveragePool2d([height, width]).forward(x)
        expect(output.shape).toEqual([1, 1, height, width])
        const expected = windowsOf(height, rows).flatMap((window) =>
          windowsOf(width, columns).map((across) =>
            mean(window.flatMap((row) => across.map((column) => values[row * columns + column]))),
          ),
        )
        for (const [i, value] of (await numbers(output)).entries()) expect(value).toBeCloseTo(expected[i], 12)
      }),
      { numRuns: 50 },
    )
    expect(() => new AdaptiveAveragePool2d(0).forward(zeros([1, 1, 2, 2]))).toThrow(
      'AdaptiveAveragePool2d: expected size to be an integer ≥ 1, at most 2³², or a pair [height, width] of them, got 0',
    )
  })

  it('pools and flattens', async () => {
    const x = tensor([
      [
        [
          [1, 2],
          [3, 6],
        ],
      ],
    ])
    expect(await numbers(new MaxPool2d(2).forward(x))).toEqual([6])
    expect(await numbers(new AveragePool2d(2).forward(x))).toEqual([3])
    expect(new Flatten().forward(x).shape).toEqual([1, 4])
  })
})
