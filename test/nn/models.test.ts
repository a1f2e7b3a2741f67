import { beforeAll, describe, expect, it } from 'vitest'
import { type Tensor, tensor, zeros } from '../../engine/index.ts'
import {
  createModel,
  modelNamed,
  modelNames,
  modelOfWeights,
  type Network,
  summaryOf,
} from '../../nn/index.ts'
import { numbers, useReference } from './reference.ts'

beforeAll(useReference)

/** What papers and mdistiller say of the networks, for 100 classes, or 10 where the name ends in `_a`. */
const parameters: Record<string, number> = {
  resnet8: 83_892,
  resnet14: 181_108,
  resnet20: 278_324,
  resnet32: 472_756,
  resnet44: 667_188,
  resnet56: 861_620,
  resnet110: 1_736_564,
  resnet8x4: 1_233_540,
  resnet32x4: 7_433_860,
  resnet20_a: 269_722,
  resnet32_a: 464_154,
  resnet44_a: 658_586,
  resnet56_a: 853_018,
  resnet110_a: 1_727_962,
  resnet1202_a: 19_421_274,
  ResNet18: 11_220_132,
  ResNet50: 23_705_252,
  wrn_16_1: 180_916,
  wrn_16_2: 703_284,
  wrn_40_1: 569_780,
  wrn_40_2: 2_255_156,
  vgg8: 3_965_028,
  vgg11: 9_277_284,
  vgg13: 9_462_180,
  vgg16: 14_774_436,
  vgg19: 20_086_692,
  MobileNetV2: 812_836,
  ShuffleV1: 949_258,
  ShuffleV2: 1_355_528,
}

/** Millions of multiplications and additions that the literature names. */
const multiplyAdds: Record<string, number> = {
  resnet20_a: 40.55,
  resnet56_a: 125.49,
  resnet110_a: 252.89,
}

/** Images of 8×8 pixels with numbers that look random. */
function images(count: number): Tensor {
  return tensor(
    Float64Array.from({ length: count * 3 * 64 }, (_, i) => Math.sin(i * i)),
    { shape: [count, 3, 8, 8] },
  )
}

describe('the networks', () => {
  it('have as many parameters as elsewhere', () => {
    const counted = modelNames.map((name) => [name, summaryOf(createModel(name), [3, 32, 32]).parameters])
    expect(Object.fromEntries(counted)).toEqual(parameters)
  })

  it('compute as much as elsewhere', () => {
    for (const [name, millions] of Object.entries(multiplyAdds)) {
      const summary = summaryOf(createModel(name), [3, 32, 32])
      expect(summary.multiplyAdds / 1e6, name).toBeCloseTo(millions, 2)
    }
  })

  it.each(modelNames)('%s says what it returns', (name) => {
    const network = createModel(name, { classes: 7, channels: 2 })
    const { logits, features, preactivations, pooled } = network.forward(zeros([2, 2, 32, 32]))
    expect(logits.shape).toEqual([2, 7])
    expect(pooled.shape).toEqual([2, pooled.shape[1]])
    expect(features.map(({ shape }) => shape[1])).toEqual(network.stageChannels)
    expect(preactivations.map(({ shape }) => shape)).toEqual(features.map(({ shape }) => shape))
    const norms = network.normsBeforeReLU()
    if (norms) expect(norms.map(({ weight }) => weight.size)).toEqual(network.stageChannels.slice(1))
    else expect(name).toMatch(/^Shuffle/)
  })

  it.each(['resnet8', 'resnet20_a', 'vgg8', 'ShuffleV1'])(
    '%s has features that are the positive part of what they were',
    async (name) => {
      const { features, preactivations } = createModel(name).forward(images(2))
      for (const [i, feature] of features.entries()) {
        expect(await numbers(preactivations[i].relu())).toEqual(await numbers(feature))
      }
    },
  )

  it('wrn_16_1 has features that the batch norm before the next ReLU sees', async () => {
    const network = createModel('wrn_16_1').evaluate()
    const { features, preactivations } = network.forward(images(2))
    expect(preactivations[0]).toBe(features[0])
    for (const [i, norm] of network.normsBeforeReLU()!.entries()) {
      expect(await numbers(preactivations[i + 1])).toEqual(await numbers(norm.forward(features[i + 1])))
    }
  })

  it('vgg8 pools images of 64 pixels once more', () => {
    const sizes = (size: number) => createModel('vgg8').forward(zeros([2, 3, size, size])).features
    expect(sizes(32).map(({ shape }) => shape[2])).toEqual([32, 16, 8, 4, 4])
    expect(sizes(64).map(({ shape }) => shape[2])).toEqual([64, 32, 16, 8, 4])
  })

  it('resnet20_a has shortcuts that take every second pixel and put zeros around the channels', async () => {
    const network = createModel('resnet20_a').evaluate()
    silenceResiduals(network)
    const { features } = network.forward(images(1))
    const [stem, first, second] = features
    expect(await numbers(first)).toEqual(await numbers(stem))
    const padded = stem.slice(null, null, [0, null, 2], [0, null, 2]).pad([
      [0, 0],
      [8, 8],
      [0, 0],
      [0, 0],
    ])
    expect(await numbers(second)).toEqual(await numbers(padded))
  })
})

/** Multiplies what ends each residual by 0. */
function silenceResiduals(network: Network): void {
  for (const [name, parameter] of network.namedParameters()) {
    if (name.endsWith('bn2.weight')) parameter.assign(zeros(parameter.shape))
  }
}

describe('the names in the state dictionary', () => {
  const namesOf = (model: string) => [...createModel(model).stateDict().keys()]
  const norm = (name: string) =>
    ['weight', 'bias', 'running_mean', 'running_var', 'num_batches_tracked'].map((part) => `${name}.${part}`)

  it('of ResNet50: a bottleneck with a projection, and the end', () => {
    const names = namesOf('ResNet50')
    expect(names.slice(6, 30)).toEqual([
      ...[1, 2, 3].flatMap((i) => [`layer1.0.conv${i}.weight`, ...norm(`layer1.0.bn${i}`)]),
      'layer1.0.shortcut.0.weight',
      ...norm('layer1.0.shortcut.1'),
    ])
    expect(names.slice(-2)).toEqual(['linear.weight', 'linear.bias'])
  })

  it('of ResNet18 and resnet20_a: shortcuts of their own', () => {
    expect(namesOf('ResNet18')).toContain('layer2.0.shortcut.1.running_var')
    expect(namesOf('resnet20_a').filter((name) => /shortcut|downsample/.test(name))).toEqual([])
    expect(namesOf('resnet20_a').slice(-2)).toEqual(['linear.weight', 'linear.bias'])
  })
})

describe('modelOfWeights', () => {
  it.each(modelNames)('knows the weights of %s, for any images and classes, in any order', (name) => {
    const { classes, channels } = { classes: 7, channels: 1 }
    const weights = [...createModel(name, { classes, channels }).stateDict()]
    expect(modelOfWeights(new Map(weights.toReversed()))).toBe(name)
    const [[first], ...others] = weights
    expect(modelOfWeights(new Map(others))).toBeUndefined()
    expect(modelOfWeights(new Map([...others, [first, tensor(0)]]))).toBeUndefined()
    expect(modelOfWeights(new Map([...weights, ['more', tensor(0)]]))).toBeUndefined()
  })
})

describe('summaryOf', () => {
  it('leaves the network as it was', async () => {
    const network = createModel('resnet8')
    summaryOf(network, [3, 32, 32])
    expect(network.training).toBe(true)
    expect(await network.stateDict().get('bn1.num_batches_tracked')!.item()).toBe(0)
    expect(summaryOf(network.evaluate(), [3, 32, 32]).pooled).toBe(64)
    expect(network.training).toBe(false)
  })

  it('counts no averages as multiplications', () => {
    const { multiplyAdds } = summaryOf(createModel('ShuffleV1'), [3, 32, 32])
    expect(multiplyAdds).toBe(38_691_456)
  })
})

describe('createModel', () => {
  it("knows mdistiller's other names", () => {
    expect(modelNamed('vgg8_bn')).toBe('vgg8')
    expect(modelNamed('resnet20')).toBe('resnet20')
    expect(modelNamed('vgg9_bn')).toBeUndefined()
    expect([...createModel('mobile_half').stateDict().keys()]).toEqual([
      ...createModel('MobileNetV2').stateDict().keys(),
    ])
  })

  it('names what it knows, the nearest first', () => {
    expect(() => createModel('resnet21')).toThrow(/^network: expected one of resnet20, .*, got 'resnet21'$/)
    expect(() => createModel('toString')).toThrow(/^network: expected one of .*, got 'toString'$/)
  })

  it('gives logits, the maps of stem and stages, and the pooled features', () => {
    const { logits, features, pooled } = createModel('resnet14').forward(zeros([2, 3, 32, 32]))
    expect(logits.shape).toEqual([2, 100])
    expect(features.map(({ shape }) => shape)).toEqual([
      [2, 16, 32, 32],
      [2, 16, 32, 32],
      [2, 32, 16, 16],
      [2, 64, 8, 8],
    ])
    expect(pooled.shape).toEqual([2, 64])
  })

  it('fits other images, channels and classes', () => {
    const { logits, features } = createModel('resnet8', { channels: 1, classes: 10 }).forward(
      zeros([5, 1, 8, 8]),
    )
    expect(logits.shape).toEqual([5, 10])
    expect(features.at(-1)!.shape).toEqual([5, 64, 2, 2])
  })

  it('should refuse options that it does not have and sizes that cannot be', () => {
    expect(() => createModel('resnet8', { clases: 10 } as object)).toThrow(
      `createModel: unknown option 'clases'; did you mean "classes"?`,
    )
    for (const classes of [0, 1.5, Number.NaN]) {
      expect(() => createModel('resnet8', { classes })).toThrow(
        `createModel: expected classes to be an integer ≥ 1, at most 16777216, got ${classes}`,
      )
    }
  })
})
