import { arrayOf, checkOptions, type Rules } from '../../base/arguments.ts'
import { globalAveragePool2d, pad, relu, slice, type Tensor } from '../../engine/index.ts'
import { depthRule, widthRule } from '../arguments.ts'
import { BatchNorm2d, type Conv2d, Linear, type Sequential } from '../layers/index.ts'
import { convolution } from './convolutions.ts'
import { Network, type NetworkOptions, networkOptions, type Predictions } from './network.ts'
import { BasicBlock, projection } from './residual.ts'
import { featuresOf, type Kind, repeat, Stage } from './stage.ts'

/** A block with a projection shortcut: option B of section 3.3. */
class ProjectedBlock extends BasicBlock {
  readonly downsample: Sequential | undefined

  constructor(channels: number, filters: number, stride: number) {
    super(channels, filters, stride)
    this.downsample = projection(channels, filters, stride)
  }

  protected override shortcutOf(x: Tensor): Tensor {
    return this.downsample?.forward(x) ?? x
  }
}

/** A block whose shortcut takes every second pixel and pads the channels with zeros on both sides: option A. */
class PaddedBlock extends BasicBlock {
  readonly stride: number
  readonly added: number

  constructor(channels: number, filters: number, stride: number) {
    super(channels, filters, stride)
    this.stride = stride
    this.added = (filters - channels) / 2
  }

  protected override shortcutOf(x: Tensor): Tensor {
    if (this.stride === 1 && this.added === 0) return x
    const pixels = slice(x, null, null, [null, null, this.stride], [null, null, this.stride])
    return pad(pixels, [
      [0, 0],
      [this.added, this.added],
      [0, 0],
      [0, 0],
    ])
  }
}

export interface ResNetOptions extends NetworkOptions {
  /** Convolutions and linear layers on the longest path: 6 n + 2 for n blocks in each of the three stages. */
  depth: number
  /** The channels of the stem and of the three stages. */
  widths: readonly [number, number, number, number]
}

const optionRules: Rules<ResNetOptions> = {
  ...networkOptions,
  depth: depthRule(6, 2),
  widths: arrayOf(widthRule, 4),
}

function checkResNetOptions(operation: string, options: ResNetOptions): void {
  checkOptions(operation, options, optionRules, ['depth', 'widths'])
}

/**
 * The residual network for small images: a 3×3 stem, three stages of which the second and third halve the maps, global
 * average pooling, a linear layer. He et al. 2015, "Deep residual learning for image recognition", section 4.2.
 */
abstract class SmallResNet<B extends BasicBlock> extends Network {
  readonly stageChannels: readonly number[]
  readonly conv1: Conv2d
  readonly bn1: BatchNorm2d
  readonly layer1: Stage<B>
  readonly layer2: Stage<B>
  readonly layer3: Stage<B>

  constructor(block: Kind<B>, { depth, widths, channels = 3 }: ResNetOptions) {
    super()
    const blocks = (depth - 2) / 6
    const [stem, first, second, third] = widths
    this.stageChannels = widths
    this.conv1 = convolution(channels, stem, 3)
    this.bn1 = new BatchNorm2d(stem)
    this.layer1 = new Stage(...repeat(block, blocks, stem, first, 1))
    this.layer2 = new Stage(...repeat(block, blocks, first, second, 2))
    this.layer3 = new Stage(...repeat(block, blocks, second, third, 2))
  }

  protected abstract classify(pooled: Tensor): Tensor

  override normsBeforeReLU(): BatchNorm2d[] {
    return [this.layer1, this.layer2, this.layer3].map(({ last }) => last.lastNorm)
  }

  override forward(x: Tensor): Predictions {
    const stem = relu(this.bn1.forward(this.conv1.forward(x)))
    const { last, ...maps } = featuresOf(stem, [this.layer1, this.layer2, this.layer3])
    const pooled = globalAveragePool2d(last)
    return { logits: this.classify(pooled), ...maps, pooled }
  }
}

/** The small residual network with projection shortcuts: mdistiller's `resnet`, whose weight files fit. */
export class ResNet extends SmallResNet<ProjectedBlock> {
  readonly fc: Linear

  constructor(options: ResNetOptions) {
    checkResNetOptions('ResNet', options)
    super(ProjectedBlock, options)
    const { classes = 100 } = options
    this.fc = new Linear(options.widths[3], classes)
  }

  protected override classify(pooled: Tensor): Tensor {
    return this.fc.forward(pooled)
  }
}

/** The small residual network with parameter-free shortcuts, as in the paper for CIFAR-10; it loads akamaster's weight files. */
export class ResNetA extends SmallResNet<PaddedBlock> {
  readonly linear: Linear

  constructor(options: ResNetOptions) {
    checkResNetOptions('ResNetA', options)
    super(PaddedBlock, options)
    const { classes = 10 } = options
    this.linear = new Linear(options.widths[3], classes)
  }

  protected override classify(pooled: Tensor): Tensor {
    return this.linear.forward(pooled)
  }
}
