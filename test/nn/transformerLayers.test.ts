import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { wasm } from '../../engine/executors/wasm/index.ts'
import { gelu, grad, gradientCheck, realizeOn, square, sum, tensor } from '../../engine/index.ts'
import {
  Dropout,
  Embedding,
  GELU,
  GroupNorm,
  initialize,
  LayerNorm,
  Sequential,
  SiLU,
} from '../../nn/index.ts'
import { numbers, useReference } from './reference.ts'

beforeAll(useReference)

const points = tensor([-3, -1, -0.25, 0, 0.5, 2], { dtype: 'float64' })

function expectNear(got: readonly number[], wanted: readonly number[]): void {
  expect(got).toEqual(wanted.map((value) => expect.closeTo(value, 12)))
}

describe('activations', () => {
  it('by tanh have limits, and NaN where PyTorch has it', async () => {
    const far = tensor([1e30, -1e30, Infinity, -Infinity, Number.NaN, 0, -0], { dtype: 'float64' })
    const got = await numbers(gelu(far, { approximate: 'tanh' }))
    expect(got).toEqual([1e30, -0, Infinity, Number.NaN, Number.NaN, 0, -0])
  })

  it('are those of PyTorch 1.13', async () => {
    const tanh = [-0.0036373920817729943, -0.15880800939172324, -0.100324649298315, 0, 0.34571400982514394]
    expectNear(await numbers(new GELU({ approximate: 'tanh' }).forward(points)), [...tanh, 1.954597694087775])
    const silu = [-0.14227761953270035, -0.2689414213699951, -0.10945587477855048, 0, 0.3112296656009273]
    expectNear(await numbers(new SiLU().forward(points)), [...silu, 1.7615941559557646])
    expectNear(await numbers(new GELU().forward(points)), await numbers(gelu(points)))
  })

  it('have derivatives of two orders', async () => {
    for (const order of [1, 2] as const)
      expect(await gradientCheck((x) => gelu(x, { approximate: 'tanh' }), [points], { order })).toBeLessThan(
        1e-6,
      )
  })
})

/** Inputs [n, groups · channels, area], also without rows, with constant groups and with ties; all sums are exact. */
const inputs = fc
  .record({
    n: fc.integer({ min: 0, max: 3 }),
    groups: fc.integer({ min: 1, max: 3 }),
    channels: fc.integer({ min: 1, max: 4 }),
    area: fc.integer({ min: 1, max: 5 }),
  })
  .chain(({ n, groups, channels, area }) => {
    const length = n * groups * channels * area
    const values = fc.oneof(
      fc.array(fc.integer({ min: -20, max: 20 }), { minLength: length, maxLength: length }),
      fc.integer({ min: -20, max: 20 }).map((value) => new Array<number>(length).fill(value)),
    )
    return values.map((given) => ({ n, groups, channels, area, values: given.map((value) => value / 4) }))
  })

/** (v − mean) / √(variance + ε) of each run of `length` values. */
function standardized(values: readonly number[], length: number, epsilon = 1e-5): number[] {
  return values.map((value, i) => {
    const start = Math.floor(i / length) * length
    const group = values.slice(start, start + length)
    const mean = group.reduce((total, each) => total + each) / length
    const variance = group.reduce((total, each) => total + (each - mean) ** 2, 0) / length
    return (value - mean) / Math.sqrt(variance + epsilon)
  })
}

describe('LayerNorm and GroupNorm', () => {
  it('are their definitions, times weight plus bias', () =>
    fc.assert(
      fc.asyncProperty(inputs, async ({ n, groups, channels, area, values }) => {
        const all = groups * channels
        const ramp = (count: number, start: number) =>
          Float64Array.from({ length: count }, (_, i) => start + i)
        const layer = initialize(new LayerNorm([all, area]), 1).to('float64')
        layer.weight!.assign(tensor(ramp(all * area, 1), { shape: [all, area] }))
        layer.bias!.assign(tensor(ramp(all * area, -3), { shape: [all, area] }))
        const group = initialize(new GroupNorm(groups, all), 1).to('float64')
        group.weight!.assign(tensor(ramp(all, 1)))
        group.bias!.assign(tensor(ramp(all, -3)))
        const x = tensor(Float64Array.from(values), { shape: [n, all, area] })
        const ofLayer = standardized(values, all * area).map((value, i) => {
          const place = i % (all * area)
          return value * (1 + place) + place - 3
        })
        expectNear(await numbers(layer.forward(x)), ofLayer)
        const ofGroup = standardized(values, channels * area).map((value, i) => {
          const channel = Math.floor(i / area) % all
          return value * (1 + channel) + channel - 3
        })
        expectNear(await numbers(group.forward(x)), ofGroup)
      }),
      { numRuns: 50 },
    ))

  it('pass NaN and ∞ on within their row or group, and to no other', async () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const x = tensor([value, 1, 2, 3, 1, 2, 4, 8], { dtype: 'float64', shape: [1, 4, 2] })
      const ofLayer = await numbers(initialize(new LayerNorm(2), 1).to('float64').forward(x))
      expect(ofLayer.map(Number.isNaN)).toEqual([true, true, ...new Array(6).fill(false)])
      const ofGroup = await numbers(initialize(new GroupNorm(2, 4), 1).to('float64').forward(x))
      expect(ofGroup.slice(0, 4).every(Number.isNaN)).toBe(true)
      expect(ofGroup.slice(4).some(Number.isNaN)).toBe(false)
    }
  })

  it('have derivatives of two orders', async () => {
    const x = tensor([0.3, -1, 2, 0.5, 1.5, -0.7, 0.1, 1], { dtype: 'float64', shape: [1, 4, 2] })
    for (const layer of [
      new LayerNorm(2, { affine: false, epsilon: 0.1 }),
      new GroupNorm(2, 4, { affine: false }),
    ]) {
      for (const order of [1, 2] as const)
        expect(await gradientCheck((each) => layer.forward(each), [x], { order })).toBeLessThan(1e-6)
    }
  })
})

describe('Embedding', () => {
  it('looks vectors up, adds their gradients up, and has none at the padding', async () => {
    const layer = initialize(new Embedding(3, 2, { paddingIndex: 1 }), 1).to('float64')
    const table = await numbers(layer.weight)
    expect(table.slice(2, 4)).toEqual([0, 0])
    const found = layer.forward(
      tensor(
        [
          [2, 1],
          [2, 0],
        ],
        { dtype: 'int32' },
      ),
    )
    expect(found.shape).toEqual([2, 2, 2])
    expect(await numbers(found)).toEqual([...table.slice(4), 0, 0, ...table.slice(4), ...table.slice(0, 2)])
    const [gradient] = grad(sum(found), [layer.weight])
    expect(await numbers(gradient)).toEqual([1, 1, 0, 0, 2, 2])
  })

  it('refuses indices that are not in the table', () => {
    const layer = initialize(new Embedding(3, 2), 1)
    expect(() => layer.forward(tensor([3], { dtype: 'int32' }))).toThrow(
      'Embedding: index 3 is outside 0 … 2',
    )
    expect(() => layer.forward(tensor([1]))).toThrow('Embedding: expected int32 indices, got float32')
  })
})

describe('Dropout', () => {
  const ones = tensor(new Float32Array(1000).fill(1))

  it('drops a share, scales the rest, and passes the gradient where it keeps', async () => {
    for (const dropped of [0, 0.25, 0.5, 1]) {
      const dropout = initialize(new Dropout(dropped), 1)
      const x = square(ones)
      const y = dropout.forward(x)
      const [gradient] = grad(sum(y), [x])
      const got = await numbers(y)
      expect(await numbers(gradient)).toEqual(got)
      const kept = got.filter((value) => value !== 0)
      expect(Math.abs(kept.length / 1000 - (1 - dropped))).toBeLessThan(0.06)
      for (const value of kept) expect(value).toBeCloseTo(1 / (1 - dropped), 6)
      expect(await numbers(dropout.evaluate().forward(ones))).toEqual(await numbers(ones))
    }
  })

  it('draws the same through a checkpoint and on another executor, and others in each step and layer', async () => {
    const make = () => initialize(new Sequential(new Dropout(), new Dropout()), 3)
    const [whole, resumed, other] = [make(), make(), make()]
    const executor = wasm({ threads: 1 })
    const reference = (network: Sequential) => numbers(network.forward(ones))
    const step = async (network: Sequential) => {
      const y = network.forward(ones)
      await realizeOn(executor, y, network)
      return Array.from(await y.data())
    }
    const first = await reference(whole)
    expect(await step(other)).toEqual(first)
    expect(await reference(whole)).not.toEqual(first)
    await step(resumed)
    const saved = new Map(
      await Promise.all(
        [...resumed.stateDict()].map(
          async ([name, value]) =>
            [name, tensor((await value.data()).slice(), { shape: value.shape })] as const,
        ),
      ),
    )
    expect([...saved.keys()]).toEqual(['0.key', '1.key'])
    const restored = new Sequential(new Dropout(), new Dropout()).loadStateDict(saved)
    expect(await step(restored)).toEqual(await step(other))
    expect(await numbers(initialize(new Dropout(), 1).forward(ones))).not.toEqual(
      await numbers(initialize(new Dropout(), 2).forward(ones)),
    )
  })

  it('keeps its key if weights have none, as those of PyTorch', async () => {
    const dropout = initialize(new Dropout(), 1)
    const before = await numbers(dropout.key)
    expect(await numbers(dropout.loadStateDict(new Map()).key)).toEqual(before)
  })
})
