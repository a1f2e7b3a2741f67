import { checkOptions, type Rules } from '../../base/arguments.ts'
import { globalAveragePool2d, relu, type Tensor } from '../../engine/index.ts'
import { BatchNorm2d, type Conv2d, Linear, type Sequential } from '../layers/index.ts'
import { convolution } from './convolutions.ts'
import { Network, type NetworkOptions, networkOptions, type Predictions } from './network.ts'
import { BasicBlock, projection, ResidualBlock } from './residual.ts'
import { featuresOf, type Kind, repeat, Stage } from './stage.ts'

/** Two 3×3 convolutions, for networks of up to 34 layers. */
class Basic extends BasicBlock {
  readonly shortcut: Sequential | undefined

  constructor(channels: number, filters: number, stride: number) {
    super(channels, filters, stride)
    this.shortcut = projection(channels, filters, stride)
  }

  protected override shortcutOf(x: Tensor): Tensor {
    return this.shortcut?.forward(x) ?? x
  }
}

/** A 1×1 convolution to a quarter of the filters, a 3×3 convolution, and a 1×1 convolution back: figure 5, right. */
class Bottleneck extends ResidualBlock {
  readonly conv1: Conv2d
  readonly bn1: BatchNorm2d
  readonly conv2: Conv2d
  readonly bn2: BatchNorm2d
  readonly conv3: Conv2d
  readonly bn3: BatchNorm2d
  readonly shortcut: Sequential | undefined

  constructor(channels: number, filters: number, stride: number) {
    super()
    const width = filters / 4
    this.conv1 = convolution(channels, width, 1)
    this.bn1 = new BatchNorm2d(width)
    this.conv2 = convolution(width, width, 3, stride)
    this.bn2 = new BatchNorm2d(width)
    this.conv3 = convolution(width, filters, 1)
    this.bn3 = new BatchNorm2d(filters)
    this.shortcut = projection(channels, filters, stride)
  }

  get lastNorm(): BatchNorm2d {
    return this.bn3
  }

  protected override residualOf(x: Tensor): Tensor {
    const narrow = relu(this.bn1.forward(this.conv1.forward(x)))
    const seen = relu(this.bn2.forward(this.conv2.forward(narrow)))
    return this.bn3.forward(this.conv3.forward(seen))
  }

  protected override shortcutOf(x: Tensor): Tensor {
    return this.shortcut?.forward(x) ?? x
  }
}

interface Architecture {
  readonly block: Kind<ResidualBlock>
  /** Blocks in each stage. */
  readonly counts: readonly [number, number, number, number]
  /** Channels after each stage. */
  readonly widths: readonly [number, number, number, number]
}

/** Table 1 of the paper, by the number of layers. */
const architectures: Readonly<Record<18 | 50, Architecture>> = {
  18: { block: Basic, counts: [2, 2, 2, 2], widths: [64, 128, 256, 512] },
  50: { block: Bottleneck, counts: [3, 4, 6, 3], widths: [256, 512, 1024, 2048] },
}

export interface LargeResNetOptions extends NetworkOptions {
  depth: 18 | 50
}

const optionRules: Rules<LargeResNetOptions> = {
  ...networkOptions,
  depth: { expected: '18 or 50', allows: (value) => value === 18 || value === 50 },
}

/**
 * The residual network for ImageNet, adapted to small images: a 3×3 stem, and no pooling before the four stages. He et al.
 * 2015, "Deep residual learning for image recognition", table 1. mdistiller's `ResNet18` and `ResNet50`.
 */
export class LargeResNet extends Network {
  readonly stageChannels: readonly number[]
  readonly conv1: Conv2d
  readonly bn1: BatchNorm2d
  readonly layer1: Stage<ResidualBlock>
  readonly layer2: Stage<ResidualBlock>
  readonly layer3: Stage<ResidualBlock>
  readonly layer4: Stage<ResidualBlock>
  readonly linear: Linear

  constructor(options: LargeResNetOptions) {
    checkOptions('LargeResNet', options, optionRules, ['depth'])
    super()
    const { depth, classes = 100, channels = 3 } = options
    const { block, counts, widths } = architectures[depth]
    this.stageChannels = [64, ...widths]
    this.conv1 = convolution(channels, 64, 3)
    this.bn1 = new BatchNorm2d(64)
    this.layer1 = new Stage(...repeat(block, counts[0], 64, widths[0], 1))
    this.layer2 = new Stage(...repeat(block, counts[1], widths[0], widths[1], 2))
    this.layer3 = new Stage(...repeat(block, counts[2], widths[1], widths[2], 2))
    this.layer4 = new Stage(...repeat(block, counts[3], widths[2], widths[3], 2))
    this.linear = new Linear(widths[3], classes)
  }

  override normsBeforeReLU(): BatchNorm2d[] {
    return [this.layer1, this.layer2, this.layer3, this.layer4].map(({ last }) => last.lastNorm)
  }

  override forward(x: Tensor): Predictions {
    const stem = relu(this.bn1.forward(this.conv1.forward(x)))
    const { last, ...maps } = featuresOf(stem, [this.layer1, this.layer2, this.layer3, this.layer4])
    const pooled = globalAveragePool2d(last)
    return { logits: this.linear.forward(pooled), ...maps, pooled }
  }
}
