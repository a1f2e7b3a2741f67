import { add, relu, type Tensor } from '../../engine/index.ts'
import { BatchNorm2d, type Conv2d, Sequential } from '../layers/index.ts'
import type { Module } from '../module.ts'
import { convolution } from './convolutions.ts'
import { Block } from './stage.ts'

/** A 1×1 convolution with batch norm, for a shortcut that changes channels or size; `undefined` if x fits as it is. */
export function projection(channels: number, filters: number, stride: number): Sequential | undefined {
  if (stride === 1 && channels === filters) return undefined
  return new Sequential<Module>(convolution(channels, filters, 1, stride), new BatchNorm2d(filters))
}

/** relu(residual(x) + shortcut(x)). He et al. 2015, "Deep residual learning for image recognition", equation 2. */
export abstract class ResidualBlock extends Block {
  protected abstract residualOf(x: Tensor): Tensor

  protected abstract shortcutOf(x: Tensor): Tensor

  /** The batch norm that ends the residual. */
  abstract readonly lastNorm: BatchNorm2d

  override preactivation(x: Tensor): Tensor {
    return add(this.residualOf(x), this.shortcutOf(x))
  }
}

/** A residual block of two 3×3 convolutions, each with batch norm. He et al. 2015, figure 5, left. */
export abstract class BasicBlock extends ResidualBlock {
  readonly conv1: Conv2d
  readonly bn1: BatchNorm2d
  readonly conv2: Conv2d
  readonly bn2: BatchNorm2d

  constructor(channels: number, filters: number, stride: number) {
    super()
    this.conv1 = convolution(channels, filters, 3, stride)
    this.bn1 = new BatchNorm2d(filters)
    this.conv2 = convolution(filters, filters, 3)
    this.bn2 = new BatchNorm2d(filters)
  }

  get lastNorm(): BatchNorm2d {
    return this.bn2
  }

  protected override residualOf(x: Tensor): Tensor {
    const hidden = relu(this.bn1.forward(this.conv1.forward(x)))
    return this.bn2.forward(this.conv2.forward(hidden))
  }
}
