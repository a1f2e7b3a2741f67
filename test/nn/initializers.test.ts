import { beforeAll, describe, expect, it } from 'vitest'
import { RandomStream, type Shape, tensor } from '../../engine/index.ts'
import {
  Conv2d,
  createModel,
  type Initializer,
  initialize,
  kaimingNormal,
  Linear,
  Sequential,
} from '../../nn/index.ts'
import { numbers, useReference } from './reference.ts'

beforeAll(useReference)

describe('initialize', () => {
  it('leaves parameters without numbers where it was not called', async () => {
    await expect(numbers(new Linear(2, 1).weight)).rejects.toThrow(
      'Parameter: a parameter of shape [1, 2] has no values yet. Call initialize(module, seed) or loadStateDict,',
    )
  })

  it('gives the same numbers for the same seed, others for another', async () => {
    const first = async (seed: number) => numbers(createModel('resnet8', { seed }).parameters()[0])
    expect(await first(5)).toEqual(await first(5))
    expect(await first(5)).not.toEqual(await first(6))
  })

  it('depends on names alone: layers that two networks share start alike', async () => {
    const shallow = createModel('resnet8', { seed: 3 }).stateDict()
    const deep = createModel('resnet14', { seed: 3 }).stateDict()
    for (const name of ['conv1.weight', 'layer2.0.downsample.0.weight', 'fc.weight', 'fc.bias']) {
      expect(await numbers(shallow.get(name)!)).toEqual(await numbers(deep.get(name)!))
    }
  })

  it('gives layers of one shape different numbers', async () => {
    const [a, b] = initialize(new Sequential(new Linear(4, 4), new Linear(4, 4)), 0).parameters()
    expect(await numbers(a)).not.toEqual(await numbers(b))
  })

  it('draws when numbers are read, once, and never where others are loaded', async () => {
    let draws = 0
    const counting: Initializer = (shape) => {
      draws++
      return new Float64Array(sizeOf(shape))
    }
    const network = initialize(new Linear(2, 1, { initializer: counting, bias: false }), 0)
    const copy = new Linear(2, 1, { bias: false }).loadStateDict(network.stateDict())
    expect(draws).toBe(0)
    expect([await numbers(network.weight), await numbers(copy.weight)]).toEqual([
      [0, 0],
      [0, 0],
    ])
    expect(draws).toBe(1)
    initialize(network, 1).loadStateDict(new Map([['weight', tensor([[1, 2]])]]))
    expect(await numbers(network.weight)).toEqual([1, 2])
    expect(draws).toBe(1)
  })

  it('draws Linear and Conv2d as PyTorch: uniform in ±1/√fanIn, both weight and bias', async () => {
    for (const layer of [new Linear(100, 80), new Conv2d(8, 60, 5, { groups: 2 })]) {
      initialize(layer, 1)
      const bound = 1 / Math.sqrt(100)
      const values = [...(await numbers(layer.weight)), ...(await numbers(layer.bias!))]
      expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(bound)
      expect(deviation(values) / (bound / Math.sqrt(3))).toBeCloseTo(1, 1)
    }
  })

  it("draws a residual network's convolutions as mdistiller: normal with variance 2 / fanOut", async () => {
    const weights = createModel('resnet8', { seed: 1 }).stateDict()
    const expected = Math.sqrt(2 / (64 * 9))
    const values = await numbers(weights.get('layer3.0.conv2.weight')!)
    expect(deviation(values) / expected).toBeCloseTo(1, 1)
    expect(Math.max(...values) / expected).toBeGreaterThan(3)
    expect(new Set(await numbers(weights.get('bn1.weight')!))).toEqual(new Set([1]))
    expect(new Set(await numbers(weights.get('bn1.bias')!))).toEqual(new Set([0]))
  })

  it.each([[[]], [[3]]])('should refuse kaimingNormal for the shape %j, which has no fan', (shape) =>
    expect(() => kaimingNormal(shape, new RandomStream([1, 2]))).toThrow(
      `kaimingNormal: expected a shape [filters, channels, …], got [${shape}]`,
    ),
  )

  it("draws VGG's linear layer as mdistiller: normal with deviation 0.01, and biases of 0", async () => {
    const weights = createModel('vgg8', { seed: 1 }).stateDict()
    expect(deviation(await numbers(weights.get('classifier.weight')!)) / 0.01).toBeCloseTo(1, 1)
    for (const name of ['classifier.bias', 'block2.0.bias']) {
      expect(new Set(await numbers(weights.get(name)!))).toEqual(new Set([0]))
    }
  })
})

function sizeOf(shape: Shape): number {
  return shape.reduce((product, length) => product * length, 1)
}

function deviation(values: readonly number[]): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length)
}
