import { checkOptions, type Rules, whole } from '../../base/arguments.ts'
import { add, globalAveragePool2d, relu, type Tensor } from '../../engine/index.ts'
import { depthRule } from '../arguments.ts'
import { constant } from '../initializers.ts'
import { BatchNorm2d, type Conv2d, Linear, Sequential } from '../layers/index.ts'
import { Module } from '../module.ts'
import { convolution } from './convolutions.ts'
import { Network, type NetworkOptions, networkOptions, type Predictions } from './network.ts'
import { repeat } from './stage.ts'

/**
 * Batch norm and ReLU precede each convolution: shortcut(x) + conv(relu(bn(conv(relu(bn(x)))))). If the number of channels
 * changes, the shortcut is a 1×1 convolution of relu(bn(x)). Figure 1 (b) of the paper.
 */
class WideBlock extends Module {
  readonly bn1: BatchNorm2d
  readonly conv1: Conv2d
  readonly bn2: BatchNorm2d
  readonly conv2: Conv2d
  readonly convShortcut: Conv2d | undefined

  constructor(channels: number, filters: number, stride: number) {
    super()
    this.bn1 = new BatchNorm2d(channels)
    this.conv1 = convolution(channels, filters, 3, stride)
    this.bn2 = new BatchNorm2d(filters)
    this.conv2 = convolution(filters, filters, 3)
    this.convShortcut = channels === filters ? undefined : convolution(channels, filters, 1, stride)
  }

  override forward(x: Tensor): Tensor {
    const activated = relu(this.bn1.forward(x))
    const hidden = relu(this.bn2.forward(this.conv1.forward(activated)))
    return add(this.convShortcut?.forward(activated) ?? x, this.conv2.forward(hidden))
  }
}

/** The blocks of a stage, under their name in weight files. */
class WideStage extends Module {
  readonly layer: Sequential<WideBlock>

  constructor(count: number, channels: number, filters: number, stride: number) {
    super()
    this.layer = new Sequential(...repeat(WideBlock, count, channels, filters, stride))
  }

  /** The batch norm that takes the previous stage's maps. */
  get firstNorm(): BatchNorm2d {
    return this.layer.layers[0].bn1
  }

  override forward(x: Tensor): Tensor {
    return this.layer.forward(x)
  }
}

export interface WideResNetOptions extends NetworkOptions {
  /** 6 n + 4 for n blocks in each of the three stages. */
  depth: number
  /** Multiplier of the narrowest network's channels. */
  widening: number
}

const optionRules: Rules<WideResNetOptions> = {
  ...networkOptions,
  depth: depthRule(6, 4),
  widening: whole(1, 2 ** 16),
}

/**
 * The wide residual network. Its stages end in sums, so the ReLU that takes a stage's maps is the first of the next stage.
 * Zagoruyko and Komodakis 2016, "Wide residual networks", table 1; mdistiller's `wrn`.
 */
export class WideResNet extends Network {
  readonly stageChannels: readonly number[]
  readonly conv1: Conv2d
  readonly block1: WideStage
  readonly block2: WideStage
  readonly block3: WideStage
  readonly bn1: BatchNorm2d
  readonly fc: Linear

  constructor(options: WideResNetOptions) {
    checkOptions('WideResNet', options, optionRules, ['depth', 'widening'])
    super()
    const { depth, widening, classes = 100, channels = 3 } = options
    const blocks = (depth - 4) / 6
    const [first, second, third] = [16 * widening, 32 * widening, 64 * widening]
    this.stageChannels = [16, first, second, third]
    this.conv1 = convolution(channels, 16, 3)
    this.block1 = new WideStage(blocks, 16, first, 1)
    this.block2 = new WideStage(blocks, first, second, 2)
    this.block3 = new WideStage(blocks, second, third, 2)
    this.bn1 = new BatchNorm2d(third)
    this.fc = new Linear(third, classes, { biasInitializer: constant(0) })
  }

  override normsBeforeReLU(): BatchNorm2d[] {
    return [this.block2.firstNorm, this.block3.firstNorm, this.bn1]
  }

  override forward(x: Tensor): Predictions {
    const stem = this.conv1.forward(x)
    const first = this.block1.forward(stem)
    const second = this.block2.forward(first)
    const third = this.block3.forward(second)
    const pooled = globalAveragePool2d(relu(this.bn1.forward(third)))
    // The second call of these norms in a step: as in mdistiller, training updates their running statistics twice.
    const [afterFirst, afterSecond, afterThird] = this.normsBeforeReLU()
    return {
      logits: this.fc.forward(pooled),
      features: [stem, first, second, third],
      preactivations: [
        stem,
        afterFirst.forward(first),
        afterSecond.forward(second),
        afterThird.forward(third),
      ],
      pooled,
    }
  }
}
