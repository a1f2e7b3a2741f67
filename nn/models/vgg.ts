import { checkOptions, type Rule, type Rules } from '../../base/arguments.ts'
import { globalAveragePool2d, maxPool2d, relu, type Tensor } from '../../engine/index.ts'
import { constant, kaimingNormal, normal } from '../initializers.ts'
import { BatchNorm2d, Conv2d, Linear, ReLU, Sequential } from '../layers/index.ts'
import { Network, type NetworkOptions, networkOptions, type Predictions } from './network.ts'

/** Number of 3×3 convolutions in each stage, by the number of layers: columns A, B, D, E of table 1, and one smaller. */
const architectures = {
  8: [1, 1, 1, 1, 1],
  11: [1, 1, 2, 2, 2],
  13: [2, 2, 2, 2, 2],
  16: [2, 2, 3, 3, 3],
  19: [2, 2, 4, 4, 4],
} as const

/** The filters of each stage. */
const widths = [64, 128, 256, 512, 512]

/** Convolutions with batch norm and ReLU, except the last ReLU. */
function stage(channels: number, filters: number, count: number): Sequential {
  const layers = Array.from({ length: count }, (_, position) => [
    new Conv2d(position === 0 ? channels : filters, filters, 3, {
      padding: 1,
      initializer: kaimingNormal,
      biasInitializer: constant(0),
    }),
    new BatchNorm2d(filters),
    new ReLU(),
  ])
  return new Sequential(...layers.flat().slice(0, -1))
}

export interface VGGOptions extends NetworkOptions {
  depth: keyof typeof architectures
}

const depths: Rule = {
  expected: `one of ${Object.keys(architectures).join(', ')}`,
  allows: (value) => typeof value === 'number' && Object.hasOwn(architectures, value),
}

const optionRules: Rules<VGGOptions> = { ...networkOptions, depth: depths }

/**
 * Five stages of 3×3 convolutions with batch norm, global average pooling, and one linear layer. Max pooling halves the
 * maps between the first four stages; between the last two, only for 64-pixel images. Simonyan and Zisserman 2015,
 * "Very deep convolutional networks for large-scale image recognition", table 1; mdistiller's `vgg`.
 */
export class VGG extends Network {
  readonly stageChannels = widths
  readonly block0: Sequential
  readonly block1: Sequential
  readonly block2: Sequential
  readonly block3: Sequential
  readonly block4: Sequential
  readonly classifier: Linear

  constructor(options: VGGOptions) {
    checkOptions('VGG', options, optionRules, ['depth'])
    super()
    const { depth, classes = 100, channels = 3 } = options
    const counts = architectures[depth]
    this.block0 = stage(channels, widths[0], counts[0])
    this.block1 = stage(widths[0], widths[1], counts[1])
    this.block2 = stage(widths[1], widths[2], counts[2])
    this.block3 = stage(widths[2], widths[3], counts[3])
    this.block4 = stage(widths[3], widths[4], counts[4])
    this.classifier = new Linear(widths[4], classes, {
      initializer: normal(0.01),
      biasInitializer: constant(0),
    })
  }

  override normsBeforeReLU(): BatchNorm2d[] {
    const stages = [this.block1, this.block2, this.block3, this.block4]
    return stages.map(({ layers }) => layers.at(-1) as BatchNorm2d)
  }

  override forward(x: Tensor): Predictions {
    const halve = (maps: Tensor) => maxPool2d(maps, 2)
    const halveLarge = (maps: Tensor) => (x.shape[2] === 64 ? halve(maps) : maps)
    const first = relu(this.block0.forward(x))
    const beforeSecond = this.block1.forward(halve(first))
    const second = relu(beforeSecond)
    const beforeThird = this.block2.forward(halve(second))
    const third = relu(beforeThird)
    const beforeFourth = this.block3.forward(halve(third))
    const fourth = relu(beforeFourth)
    const beforeFifth = this.block4.forward(halveLarge(fourth))
    const fifth = relu(beforeFifth)
    const pooled = globalAveragePool2d(fifth)
    return {
      logits: this.classifier.forward(pooled),
      features: [first, second, third, fourth, fifth],
      preactivations: [first, beforeSecond, beforeThird, beforeFourth, beforeFifth],
      pooled,
    }
  }
}
