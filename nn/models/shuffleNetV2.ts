import { checkOptions } from '../../base/arguments.ts'
import { concatenate, globalAveragePool2d, relu, slice, type Tensor } from '../../engine/index.ts'
import { BatchNorm2d, ChannelShuffle, Conv2d, Linear } from '../layers/index.ts'
import { depthwise } from './convolutions.ts'
import { Network, type NetworkOptions, networkOptions, type Predictions } from './network.ts'
import { Block, featuresOf, Stage } from './stage.ts'

function pointwise(channels: number, filters: number): Conv2d {
  return new Conv2d(channels, filters, 1, { bias: false })
}

/** Two parallel branches, whose channels are shuffled after the ReLU. */
abstract class ShuffleUnit extends Block {
  readonly shuffle = new ChannelShuffle(2)

  override activation(preactivation: Tensor): Tensor {
    return this.shuffle.forward(relu(preactivation))
  }
}

/** Passes half of the channels through (they are ≥ 0, so the ReLU keeps them), and transforms the others. Figure 3 (c). */
class SplitUnit extends ShuffleUnit {
  readonly conv1: Conv2d
  readonly bn1: BatchNorm2d
  readonly conv2: Conv2d
  readonly bn2: BatchNorm2d
  readonly conv3: Conv2d
  readonly bn3: BatchNorm2d

  constructor(channels: number) {
    super()
    const half = channels / 2
    this.conv1 = pointwise(half, half)
    this.bn1 = new BatchNorm2d(half)
    this.conv2 = depthwise(half, 1)
    this.bn2 = new BatchNorm2d(half)
    this.conv3 = pointwise(half, half)
    this.bn3 = new BatchNorm2d(half)
  }

  override preactivation(x: Tensor): Tensor {
    const half = x.shape[1] / 2
    const [passed, given] = [slice(x, null, [0, half]), slice(x, null, [half])]
    const first = relu(this.bn1.forward(this.conv1.forward(given)))
    const second = this.bn2.forward(this.conv2.forward(first))
    return concatenate([passed, this.bn3.forward(this.conv3.forward(second))], 1)
  }
}

/** Both branches halve the maps and compute half of the filters. Figure 3 (d). */
class HalvingUnit extends ShuffleUnit {
  readonly conv1: Conv2d
  readonly bn1: BatchNorm2d
  readonly conv2: Conv2d
  readonly bn2: BatchNorm2d
  readonly conv3: Conv2d
  readonly bn3: BatchNorm2d
  readonly conv4: Conv2d
  readonly bn4: BatchNorm2d
  readonly conv5: Conv2d
  readonly bn5: BatchNorm2d

  constructor(channels: number, filters: number) {
    super()
    const half = filters / 2
    this.conv1 = depthwise(channels, 2)
    this.bn1 = new BatchNorm2d(channels)
    this.conv2 = pointwise(channels, half)
    this.bn2 = new BatchNorm2d(half)
    this.conv3 = pointwise(channels, half)
    this.bn3 = new BatchNorm2d(half)
    this.conv4 = depthwise(half, 2)
    this.bn4 = new BatchNorm2d(half)
    this.conv5 = pointwise(half, half)
    this.bn5 = new BatchNorm2d(half)
  }

  override preactivation(x: Tensor): Tensor {
    const left = this.bn1.forward(this.conv1.forward(x))
    const right = relu(this.bn3.forward(this.conv3.forward(x)))
    const rightHalved = this.bn4.forward(this.conv4.forward(right))
    return concatenate(
      [this.bn2.forward(this.conv2.forward(left)), this.bn5.forward(this.conv5.forward(rightHalved))],
      1,
    )
  }
}

/** A unit that halves the maps, and `count` that keep their size. */
function stage(channels: number, filters: number, count: number): Stage<ShuffleUnit> {
  const followers = Array.from({ length: count }, () => new SplitUnit(filters))
  return new Stage<ShuffleUnit>(new HalvingUnit(channels, filters), ...followers)
}

const widths = { stem: 24, stages: [116, 232, 464], last: 1024 } as const

/**
 * Three stages of units between 1×1 convolutions. Ma et al. 2018, "ShuffleNet V2: practical guidelines for efficient CNN
 * architecture design", table 5, column 1×, for small images; mdistiller's `ShuffleV2`.
 */
export class ShuffleNetV2 extends Network {
  readonly stageChannels = [widths.stem, ...widths.stages]
  readonly conv1: Conv2d
  readonly bn1 = new BatchNorm2d(widths.stem)
  readonly layer1 = stage(widths.stem, widths.stages[0], 3)
  readonly layer2 = stage(widths.stages[0], widths.stages[1], 7)
  readonly layer3 = stage(widths.stages[1], widths.stages[2], 3)
  readonly conv2 = pointwise(widths.stages[2], widths.last)
  readonly bn2 = new BatchNorm2d(widths.last)
  readonly linear: Linear

  constructor(options: NetworkOptions) {
    checkOptions('ShuffleNetV2', options, networkOptions)
    super()
    const { classes = 100, channels = 3 } = options
    this.conv1 = pointwise(channels, widths.stem)
    this.linear = new Linear(widths.last, classes)
  }

  override forward(x: Tensor): Predictions {
    const stem = relu(this.bn1.forward(this.conv1.forward(x)))
    const { last, ...maps } = featuresOf(stem, [this.layer1, this.layer2, this.layer3])
    const pooled = globalAveragePool2d(relu(this.bn2.forward(this.conv2.forward(last))))
    return { logits: this.linear.forward(pooled), ...maps, pooled }
  }
}
