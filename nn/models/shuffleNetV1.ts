import { checkOptions } from '../../base/arguments.ts'
import {
  add,
  averagePool2d,
  concatenate,
  globalAveragePool2d,
  relu,
  type Tensor,
} from '../../engine/index.ts'
import { BatchNorm2d, ChannelShuffle, Conv2d, Linear } from '../layers/index.ts'
import { depthwise } from './convolutions.ts'
import { Network, type NetworkOptions, networkOptions, type Predictions } from './network.ts'
import { Block, featuresOf, repeat, Stage } from './stage.ts'

const groups = 3
const stemWidth = 24

/**
 * A grouped 1×1 convolution, a channel shuffle, a depthwise 3×3 convolution, and another grouped 1×1 convolution. Added
 * to x or, if the unit halves the maps, concatenated with the average-pooled x. Figure 2 (b) and (c) of the paper.
 */
class ShuffleUnit extends Block {
  readonly conv1: Conv2d
  readonly bn1: BatchNorm2d
  readonly shuffle1: ChannelShuffle
  readonly conv2: Conv2d
  readonly bn2: BatchNorm2d
  readonly conv3: Conv2d
  readonly bn3: BatchNorm2d
  readonly #halves: boolean

  constructor(channels: number, filters: number, stride: number) {
    super()
    this.#halves = stride === 2
    const computed = this.#halves ? filters - channels : filters
    const narrow = Math.floor(computed / 4)
    // The stem has too few channels to be split into groups.
    const groupsOfFirst = channels === stemWidth ? 1 : groups
    this.conv1 = new Conv2d(channels, narrow, 1, { groups: groupsOfFirst, bias: false })
    this.bn1 = new BatchNorm2d(narrow)
    this.shuffle1 = new ChannelShuffle(groupsOfFirst)
    this.conv2 = depthwise(narrow, stride)
    this.bn2 = new BatchNorm2d(narrow)
    this.conv3 = new Conv2d(narrow, computed, 1, { groups, bias: false })
    this.bn3 = new BatchNorm2d(computed)
  }

  override preactivation(x: Tensor): Tensor {
    const narrow = relu(this.bn1.forward(this.conv1.forward(x)))
    const seen = relu(this.bn2.forward(this.conv2.forward(this.shuffle1.forward(narrow))))
    const computed = this.bn3.forward(this.conv3.forward(seen))
    if (!this.#halves) return add(computed, x)
    return concatenate([computed, averagePool2d(x, 3, { stride: 2, padding: 1 })], 1)
  }
}

/**
 * Three stages of units with three groups, on a 1×1 stem. Zhang et al. 2018, "ShuffleNet: an extremely efficient
 * convolutional neural network for mobile devices", table 1, column g = 3, for small images; mdistiller's `ShuffleV1`.
 */
export class ShuffleNetV1 extends Network {
  readonly stageChannels = [stemWidth, 240, 480, 960]
  readonly conv1: Conv2d
  readonly bn1 = new BatchNorm2d(stemWidth)
  readonly layer1 = new Stage(...repeat(ShuffleUnit, 4, stemWidth, 240, 2))
  readonly layer2 = new Stage(...repeat(ShuffleUnit, 8, 240, 480, 2))
  readonly layer3 = new Stage(...repeat(ShuffleUnit, 4, 480, 960, 2))
  readonly linear: Linear

  constructor(options: NetworkOptions) {
    checkOptions('ShuffleNetV1', options, networkOptions)
    super()
    const { classes = 100, channels = 3 } = options
    this.conv1 = new Conv2d(channels, stemWidth, 1, { bias: false })
    this.linear = new Linear(960, classes)
  }

  override forward(x: Tensor): Predictions {
    const stem = relu(this.bn1.forward(this.conv1.forward(x)))
    const { last, ...maps } = featuresOf(stem, [this.layer1, this.layer2, this.layer3])
    const pooled = globalAveragePool2d(last)
    return { logits: this.linear.forward(pooled), ...maps, pooled }
  }
}
