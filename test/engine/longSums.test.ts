import { describe, expect, it } from 'vitest'
import { wasm } from '../../engine/executors/wasm/index.ts'
import {
  averagePool2d,
  conv2d,
  grad,
  matmul,
  mean,
  scatterAdd,
  sum,
  type Tensor,
  tensor,
  zeros,
} from '../../engine/index.ts'
import { type Shape, sizeOf } from '../../engine/shape.ts'

/** 0.1 as float32 holds it, and a tensor of nothing else: all additions round the same way, which drifts the most. */
const tenth = Math.fround(0.1)
const tenths = (shape: Shape) => tensor(new Float32Array(sizeOf(shape)).fill(0.1), { shape })

/** The gradient of 3×3 weights for maps whose gradient is [count, filters, height, width]. */
function weightGradient(
  [count, filters, height, width]: Shape,
  channels: number,
  { groups = 1, stride = 1 } = {},
): Tensor {
  const maps = tenths([count, channels, stride * (height - 1) + 3, stride * (width - 1) + 3])
  const weight = tenths([filters, channels / groups, 3, 3])
  return grad(
    conv2d(maps, weight, undefined, { groups, stride }),
    [weight],
    tenths([count, filters, height, width]),
  )[0]
}

interface Case {
  readonly title: string
  readonly record: () => Tensor
  readonly exact: number
  readonly mode?: Parameters<typeof wasm>[0]
  /** Relative. Default 10⁻⁶. */
  readonly tolerance?: number
}

const cases: readonly Case[] = [
  { title: 'a sum of ten million', record: () => sum(tenths([1e7])), exact: 1e7 * tenth },
  { title: 'sums over the first axis', record: () => sum(tenths([1e6, 3]), 0), exact: 1e6 * tenth },
  {
    title: 'sums over an axis in the middle',
    record: () => sum(tenths([2, 299_993, 3]), 1),
    exact: 299_993 * tenth,
  },
  {
    title: 'sums over axes apart',
    record: () => sum(tenths([7001, 2, 307]), [0, 2]),
    exact: 7001 * 307 * tenth,
  },
  { title: 'a mean of twenty million', record: () => mean(tenths([2e7])), exact: tenth },
  { title: 'a product', record: () => matmul(tenths([1, 4e6]), tenths([4e6, 1])), exact: 4e6 * tenth ** 2 },
  {
    title: 'a product with ones',
    record: () => matmul(tenths([2, 1e6]), tensor(new Float32Array(2e6).fill(1), { shape: [1e6, 2] })),
    exact: 1e6 * tenth,
  },
  {
    title: 'a 1×1 convolution',
    record: () => conv2d(tenths([1, 1e6, 1, 1]), tenths([1, 1e6, 1, 1])),
    exact: 1e6 * tenth ** 2,
  },
  {
    title: 'a convolution with a large filter',
    record: () => conv2d(tenths([1, 1, 900, 900]), tenths([1, 1, 900, 900])),
    exact: 9e2 ** 2 * tenth ** 2,
  },
  {
    title: 'a grouped convolution',
    record: () => conv2d(tenths([1, 2000, 5, 5]), tenths([2, 1000, 5, 5]), undefined, { groups: 2 }),
    exact: 25_000 * tenth ** 2,
  },
  { title: 'a pooling window', record: () => averagePool2d(tenths([1, 2, 40, 40]), 40), exact: tenth },
  {
    title: 'a weight gradient over large maps',
    record: () => weightGradient([1, 1, 500, 499], 1),
    exact: 500 * 499 * tenth ** 2,
  },
  {
    title: 'a weight gradient over one long line',
    record: () => weightGradient([2, 2, 1, 1e5], 1),
    exact: 2e5 * tenth ** 2,
  },
  {
    title: 'a weight gradient over many images',
    record: () => weightGradient([9001, 7, 2, 2], 2),
    exact: 9001 * 4 * tenth ** 2,
  },
  {
    title: 'a depthwise weight gradient over large maps',
    record: () => weightGradient([1, 2, 500, 499], 2, { groups: 2 }),
    exact: 500 * 499 * tenth ** 2,
  },
  {
    title: 'a depthwise weight gradient over many images',
    record: () => weightGradient([9001, 2, 3, 3], 2, { groups: 2 }),
    exact: 9001 * 9 * tenth ** 2,
  },
  {
    title: "a weight gradient by Winograd's method",
    record: () => weightGradient([500, 16, 16, 16], 16),
    exact: 500 * 256 * tenth ** 2,
    mode: { winograd: 4 },
  },
  {
    title: "a weight gradient of stride 2 by Winograd's method",
    record: () => weightGradient([500, 16, 16, 16], 16, { stride: 2 }),
    exact: 500 * 256 * tenth ** 2,
    mode: { winograd: 4 },
    // A chain has up to 32 tiles · 16 copies: as many products as a chain of the direct method over 16×32 pixels.
    tolerance: 1e-5,
  },
  {
    title: 'numbers scattered to one place',
    record: () =>
      scatterAdd(zeros([3]), 0, tensor(new Int32Array(1e6)), tenths([1e6])).subtract(tensor([0, -1e5, -1e5])),
    exact: 1e6 * tenth,
  },
]

describe('long sums of the wasm executor', () => {
  it.each(cases)('should not drift: $title', async ({ record, exact, mode, tolerance = 1e-6 }) => {
    const results = await Promise.all(
      [1, 3].map((threads) => record().data({ executor: wasm({ ...mode, threads }) })),
    )
    expect(results[1], 'with other threads').toEqual(results[0])
    for (const result of results[0]) expect(Math.abs(result / exact - 1)).toBeLessThan(tolerance)
  })
})
