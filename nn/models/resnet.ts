import { add, globalAveragePool2d, relu } from '../../engine/operations/index.ts'
import type { Tensor } from '../../engine/tensor.ts'
import { kaimingNormal } from '../initializers.ts'
import { BatchNorm2d, Conv2d, Linear, Sequential } from '../layers/index.ts'
import { Module } from '../module.ts'
import type { NetworkOptions, Predictions } from './network.ts'

function convolution(channels: number, filters: number, kernel: 1 | 3, stride: number): Conv2d {
  const padding = (kernel - 1) / 2
  return new Conv2d(channels, filters, kernel, { stride, padding, bias: false, initializer: kaimingNormal })
}

/**
 * relu(shortcut(x) + two 3×3 convolutions of x), each convolution with batch norm. The shortcut is x itself where the
 * shapes agree, else a 1×1 convolution with batch norm.
 */
class BasicBlock extends Module {
  readonly conv1: Conv2d
  readonly bn1: BatchNorm2d
  readonly conv2: Conv2d
  readonly bn2: BatchNorm2d
  readonly downsample: Sequential | undefined

  constructor(channels: number, filters: number, stride: number) {
    super()
    this.conv1 = convolution(channels, filters, 3, stride)
    this.bn1 = new BatchNorm2d(filters)
    this.conv2 = convolution(filters, filters, 3, 1)
    this.bn2 = new BatchNorm2d(filters)
    this.downsample =
      stride === 1 && channels === filters
        ? undefined
        : new Sequential(convolution(channels, filters, 1, stride), new BatchNorm2d(filters))
  }

  override forward(x: Tensor): Tensor {
    const hidden = relu(this.bn1.forward(this.conv1.forward(x)))
    const residual = this.bn2.forward(this.conv2.forward(hidden))
    return relu(add(residual, this.downsample?.forward(x) ?? x))
  }
}

/** `count` blocks, of which the first changes the channels and the size. */
function stage(channels: number, filters: number, stride: number, count: number): Sequential {
  const followers = Array.from({ length: count - 1 }, () => new BasicBlock(filters, filters, 1))
  return new Sequential(new BasicBlock(channels, filters, stride), ...followers)
}

export interface ResNetOptions extends NetworkOptions {
  /** Convolutions and linear layers on the longest path: 6 n + 2 for n blocks in each of the three stages. */
  depth: number
  /** The channels of the stem and of the three stages. */
  widths: readonly [number, number, number, number]
}

/**
 * The residual network for small images: a 3×3 stem, three stages of which the second and the third halve the maps,
 * the average over each map, a linear layer. He et al. 2015, section 4.2, with projection shortcuts; as
 * mdistiller's `resnet`, whose weight files fit.
 */
export class ResNet extends Module<Predictions> {
  readonly conv1: Conv2d
  readonly bn1: BatchNorm2d
  readonly layer1: Sequential
  readonly layer2: Sequential
  readonly layer3: Sequential
  readonly fc: Linear

  constructor({ depth, widths, classes = 100, channels = 3 }: ResNetOptions) {
    super()
    const blocks = (depth - 2) / 6
    const [stem, first, second, third] = widths
    this.conv1 = convolution(channels, stem, 3, 1)
    this.bn1 = new BatchNorm2d(stem)
    this.layer1 = stage(stem, first, 1, blocks)
    this.layer2 = stage(first, second, 2, blocks)
    this.layer3 = stage(second, third, 2, blocks)
    this.fc = new Linear(third, classes)
  }

  override forward(x: Tensor): Predictions {
    const stem = relu(this.bn1.forward(this.conv1.forward(x)))
    const first = this.layer1.forward(stem)
    const second = this.layer2.forward(first)
    const third = this.layer3.forward(second)
    const pooled = globalAveragePool2d(third)
    return { logits: this.fc.forward(pooled), features: [stem, first, second, third], pooled }
  }
}
