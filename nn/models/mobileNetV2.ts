import { checkOptions, type Rule, type Rules } from '../../base/arguments.ts'
import { add, globalAveragePool2d, type Tensor } from '../../engine/index.ts'
import { constant, kaimingNormal, normal } from '../initializers.ts'
import { BatchNorm2d, Linear, ReLU, Sequential } from '../layers/index.ts'
import { Module } from '../module.ts'
import { convolution, depthwise } from './convolutions.ts'
import { Network, type NetworkOptions, networkOptions, type Predictions } from './network.ts'

/**
 * A 1×1 convolution that widens, a depthwise one, and a 1×1 one that narrows without a ReLU; adds x if the shapes are
 * equal. Table 1 and figure 4 (d) of the paper.
 */
class InvertedResidual extends Module {
  readonly conv: Sequential
  readonly #hasShortcut: boolean

  constructor(channels: number, filters: number, stride: number, expansion: number) {
    super()
    const width = channels * expansion
    this.#hasShortcut = stride === 1 && channels === filters
    this.conv = new Sequential(
      convolution(channels, width, 1),
      new BatchNorm2d(width),
      new ReLU(),
      depthwise(width, stride, kaimingNormal),
      new BatchNorm2d(width),
      new ReLU(),
      convolution(width, filters, 1),
      new BatchNorm2d(filters),
    )
  }

  get lastNorm(): BatchNorm2d {
    return this.conv.layers.at(-1) as BatchNorm2d
  }

  override forward(x: Tensor): Tensor {
    const residual = this.conv.forward(x)
    return this.#hasShortcut ? add(x, residual) : residual
  }
}

/** Table 2 of the paper (columns t, c, n and s), with the strides for small images. */
const stages = [
  { expansion: 1, filters: 16, count: 1, stride: 1 },
  { expansion: 6, filters: 24, count: 2, stride: 1 },
  { expansion: 6, filters: 32, count: 3, stride: 2 },
  { expansion: 6, filters: 64, count: 4, stride: 2 },
  { expansion: 6, filters: 96, count: 3, stride: 1 },
  { expansion: 6, filters: 160, count: 3, stride: 2 },
  { expansion: 6, filters: 320, count: 1, stride: 1 },
]
const stemWidth = 32
const lastWidth = 1280

/** The stages whose outputs are features, counted from 0: those before a stride, and the last. */
const featureStages = [1, 2, 4, 6]

export interface MobileNetV2Options extends NetworkOptions {
  /** Multiplier of the channels in the table; the channels before the average are never fewer than there. */
  width: number
}

const multiplier: Rule = {
  expected: 'a number in (0, 100]',
  allows: (value) => typeof value === 'number' && value > 0 && value <= 100,
}

const optionRules: Rules<MobileNetV2Options> = { ...networkOptions, width: multiplier }

/**
 * Inverted residuals between a 3×3 stem, with stride 2 as in the paper, and a 1×1 convolution. No ReLU follows the
 * features, so they equal their preactivations. Sandler et al. 2018, "MobileNetV2: inverted residuals and linear
 * bottlenecks"; mdistiller's `MobileNetV2` at width 1/2.
 */
export class MobileNetV2 extends Network {
  readonly stageChannels: readonly number[]
  readonly conv1: Sequential
  readonly blocks: Sequential<Sequential<InvertedResidual>>
  readonly conv2: Sequential
  readonly classifier: Sequential

  constructor(options: MobileNetV2Options) {
    checkOptions('MobileNetV2', options, optionRules, ['width'])
    super()
    const { width, classes = 100, channels = 3 } = options
    const scaled = (filters: number) => Math.floor(filters * width)
    const [stem, last] = [scaled(stemWidth), Math.max(lastWidth, scaled(lastWidth))]
    const widths = stages.map(({ filters }) => scaled(filters))
    this.stageChannels = [stem, ...featureStages.map((stage) => widths[stage])]
    this.conv1 = new Sequential(convolution(channels, stem, 3, 2), new BatchNorm2d(stem), new ReLU())
    this.blocks = new Sequential(
      ...stages.map(({ expansion, count, stride }, stage) => {
        const block = (position: number) =>
          position === 0
            ? new InvertedResidual(widths[stage - 1] ?? stem, widths[stage], stride, expansion)
            : new InvertedResidual(widths[stage], widths[stage], 1, expansion)
        return new Sequential(...Array.from({ length: count }, (_, position) => block(position)))
      }),
    )
    const narrow = widths[widths.length - 1]
    this.conv2 = new Sequential(convolution(narrow, last, 1), new BatchNorm2d(last), new ReLU())
    this.classifier = new Sequential(
      new Linear(last, classes, { initializer: normal(0.01), biasInitializer: constant(0) }),
    )
  }

  override normsBeforeReLU(): BatchNorm2d[] {
    return featureStages.map((stage) => this.blocks.layers[stage].layers.at(-1)!.lastNorm)
  }

  override forward(x: Tensor): Predictions {
    const stem = this.conv1.forward(x)
    const features = [stem]
    let maps = stem
    for (const [number, stage] of this.blocks.layers.entries()) {
      maps = stage.forward(maps)
      if (featureStages.includes(number)) features.push(maps)
    }
    const pooled = globalAveragePool2d(this.conv2.forward(maps))
    return { logits: this.classifier.forward(pooled), features, preactivations: features, pooled }
  }
}
