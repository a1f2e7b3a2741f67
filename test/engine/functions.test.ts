import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  all,
  any,
  arange,
  argmin,
  averagePool2d,
  clamp,
  full,
  globalAveragePool2d,
  isFinite,
  isNaN,
  lerp,
  maxPool2d,
  mean,
  oneHot,
  ones,
  pad,
  standardDeviation,
  type Tensor,
  take,
  tensor,
  variance,
  zeros,
} from '../../engine/index.ts'
import { shape, tensorsOf, values } from '../../engine/laws/arbitraries.ts'
import * as functions from '../../engine/operations/functions.ts'
import { erf } from '../../engine/special.ts'
import { float64, int32, numbers } from './numbers.ts'

type Elementwise = Exclude<
  keyof typeof functions,
  'full' | 'zeros' | 'ones' | 'greater' | 'greaterEqual' | 'notEqual' | 'isNaN' | 'isFinite' | 'lerp'
>

const elementwise: Record<Elementwise, (x: Tensor) => Tensor> = functions

/** What each elementwise function is, in JavaScript. */
const formulas: Record<Elementwise, (x: number) => number> = {
  square: (x) => x ** 2,
  reciprocal: (x) => 1 / x,
  rsqrt: (x) => x ** -0.5,
  exp2: (x) => 2 ** x,
  log2: Math.log2,
  log10: Math.log10,
  tan: Math.tan,
  trunc: Math.trunc,
  clamp: (x) => x,
  relu: (x) => Math.max(x, 0),
  leakyRelu: (x) => (x > 0 ? x : 0.01 * x),
  elu: (x) => (x > 0 ? x : Math.expm1(x)),
  softplus: (x) => (x > 30 ? x : Math.log1p(Math.exp(x))),
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  logSigmoid: (x) => (x < -30 ? x : -Math.log1p(Math.exp(-x))),
  silu: (x) => x / (1 + Math.exp(-x)),
  gelu: (x) => (x / 2) * (1 + erf(x / Math.SQRT2)),
}

describe('composed elementwise functions', () => {
  // Adding 0 leaves no −0, of which the reciprocal would be −∞.
  const element = fc
    .oneof(
      fc.double({ min: -1, max: 1, noNaN: true }),
      fc.double({ min: -300, max: 300, noNaN: true }),
      fc.constantFrom(0, 1, -1),
    )
    .map((value) => value + 0)

  it.each(Object.keys(formulas) as Elementwise[])('should compute %s', (name) =>
    fc.assert(
      fc.asyncProperty(fc.array(element, { minLength: 1, maxLength: 9 }), async (row) => {
        const got = await numbers(elementwise[name](float64(row)))
        for (const [i, x] of row.entries()) {
          const expected = formulas[name](x)
          if (Number.isFinite(expected))
            expect(Math.abs(got[i] - expected)).toBeLessThanOrEqual(1e-12 * Math.max(1, Math.abs(expected)))
          else expect(got[i]).toBe(expected)
        }
      }),
    ),
  )

  it('should compare and classify', async () => {
    const [a, b] = [float64([1, 2, 3]), float64([2, 2, 2])]
    expect(await numbers(a.greater(b))).toEqual([0, 0, 1])
    expect(await numbers(a.greaterEqual(b))).toEqual([0, 1, 1])
    expect(await numbers(a.notEqual(b))).toEqual([1, 0, 1])
    const odd = float64([Number.NaN, Infinity, -Infinity, 0])
    expect(await numbers(isNaN(odd))).toEqual([1, 0, 0, 0])
    expect(await numbers(isFinite(odd))).toEqual([0, 0, 0, 1])
    expect(await numbers(clamp(odd, -1, 1))).toEqual([Number.NaN, 1, -1, 0])
    expect(await numbers(float64([-2, 0, 3]).sign())).toEqual([-1, 0, 1])
    expect(await numbers(lerp(a, b, 0.25))).toEqual([1.25, 2, 2.75])
  })
})

describe('element types', () => {
  it('should follow the operands, and leave the type to the tensor beside a number', () => {
    const [float, double, whole, truth] = [tensor([1]), float64([1]), int32([1]), tensor([true])]
    const types = [
      float.add(double).dtype,
      whole.add(float).dtype,
      whole.add(truth).dtype,
      truth.add(truth).dtype,
      whole.add(1).dtype,
      whole.add(0.5).dtype,
      double.add(0.5).dtype,
      whole.divide(2).dtype,
      whole.exp().dtype,
      whole.less(2).dtype,
      truth.sum().dtype,
      whole.mean().dtype,
      tensor(Float64Array.of(1)).dtype,
    ]
    expect(types.join(' ')).toBe(
      'float64 float32 int32 int32 int32 float32 float64 float32 float32 bool int32 float32 float64',
    )
  })
})

describe('composed reductions', () => {
  const nonempty = shape({ minRank: 1, maxRank: 1, minLength: 2, maxLength: 9 }).chain((shape) =>
    values(shape),
  )

  it('should give NaN as the variance of nothing, whatever the correction', async () => {
    const nothing = tensor([], { shape: [2, 0] })
    for (const correction of [-1, 0, 1]) {
      expect(await numbers(variance(nothing, 1, { correction }))).toEqual([Number.NaN, Number.NaN])
      expect(await numbers(standardDeviation(nothing, 1, { correction }))).toEqual([Number.NaN, Number.NaN])
    }
  })

  it('should compute mean, variance and standard deviation as defined', () =>
    fc.assert(
      fc.asyncProperty(nonempty, async (drawn) => {
        const [x] = tensorsOf([drawn])
        const row = Array.from(drawn.data)
        const average = row.reduce((sum, value) => sum + value) / row.length
        const squares = row.reduce((sum, value) => sum + (value - average) ** 2, 0)
        const computed = [mean(x), variance(x), variance(x, 0, { correction: 0 }), standardDeviation(x)]
        const expected = [
          average,
          squares / (row.length - 1),
          squares / row.length,
          Math.sqrt(squares / (row.length - 1)),
        ]
        for (const [i, each] of computed.entries())
          expect((await numbers(each))[0]).toBeCloseTo(expected[i], 11)
      }),
    ))

  it('should keep reduced axes where asked to', () => {
    const x = zeros([2, 3, 4])
    expect(mean(x, [0, -1]).shape).toEqual([3])
    expect(mean(x, [0, -1], { keepDimensions: true }).shape).toEqual([1, 3, 1])
    expect(x.max(1, { keepDimensions: true }).shape).toEqual([2, 1, 4])
    expect(x.max().shape).toEqual([])
    expect(argmin(x, 1).shape).toEqual([2, 4])
  })

  it('should fold truth values', async () => {
    const x = tensor([
      [true, true],
      [true, false],
      [false, false],
    ])
    expect(await numbers(all(x, 1))).toEqual([1, 0, 0])
    expect(await numbers(any(x, 1))).toEqual([1, 1, 0])
    expect(await numbers(all(zeros([0])))).toEqual([1])
    expect(await numbers(any(zeros([0])))).toEqual([0])
    expect(await numbers(x.sum())).toEqual([3])
  })
})

describe('making, padding and picking', () => {
  it('should make constants', async () => {
    expect(await numbers(full([2], 1.5))).toEqual([1.5, 1.5])
    expect(await numbers(ones([2], 'int32'))).toEqual([1, 1])
    expect(await numbers(zeros([0, 2]))).toEqual([])
    expect(await numbers(arange(3))).toEqual([0, 1, 2])
  })

  it('should read what users have: numbers, nested arrays, typed arrays and views', async () => {
    expect(tensor(3).shape).toEqual([])
    expect(tensor([[1, 2, 3]]).shape).toEqual([1, 3])
    const view = { data: Float64Array.of(0, 1, 2, 3, 4, 5), shape: [2, 3], stride: [-1, -2], offset: 5 }
    expect(await numbers(tensor(view))).toEqual([5, 3, 1, 4, 2, 0])
    const array = Float32Array.of(1, 2)
    const copied = tensor(array)
    array[0] = 9
    expect(await numbers(copied)).toEqual([1, 2])
  })

  it('should pad with any number', async () => {
    const x = float64([1, 2])
    expect(await numbers(pad(x, [[1, 2]]))).toEqual([0, 1, 2, 0, 0])
    expect(await numbers(pad(x, [[1, 2]], -7))).toEqual([-7, 1, 2, -7, -7])
  })

  it('should pick slices and mark labels', async () => {
    const x = float64([
      [1, 2],
      [3, 4],
      [5, 6],
    ])
    expect(await numbers(take(x, 0, int32([2, 0])))).toEqual([5, 6, 1, 2])
    expect(await numbers(oneHot(int32([1, 0, 5]), 3))).toEqual([0, 1, 0, 1, 0, 0, 0, 0, 0])
  })

  it('should give the least number where a window of maxPool2d meets padding alone', async () => {
    const options = { padding: 1, dilation: [1, 2] } as const
    const [floating, whole] = [float64([[[[3], [4]]]]), int32([[[[3], [4]]]])]
    expect(await numbers(maxPool2d(floating, 2, options))).toEqual([-Infinity, -Infinity])
    expect(await numbers(maxPool2d(whole, 2, options))).toEqual([-(2 ** 31), -(2 ** 31)])
  })

  it('should pool', async () => {
    const x = float64(
      Float64Array.from({ length: 16 }, (_, i) => i),
      [1, 1, 4, 4],
    )
    expect(await numbers(maxPool2d(x, 2))).toEqual([5, 7, 13, 15])
    expect(await numbers(averagePool2d(x, 2))).toEqual([2.5, 4.5, 10.5, 12.5])
    expect(await numbers(averagePool2d(x, 3, { stride: 3, padding: 1 }))).toEqual(
      [10 / 9, 18 / 9, 42 / 9, 50 / 9].map((v) => expect.closeTo(v, 10)),
    )
    expect(await numbers(globalAveragePool2d(x))).toEqual([7.5])
  })
})
