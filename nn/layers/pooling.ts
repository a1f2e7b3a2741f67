import { check, checkOptions } from '../../base/arguments.ts'
import {
  adaptiveAveragePool2d,
  averagePool2d,
  maxPool2d,
  type Pair,
  type PoolOptions,
  type Tensor,
} from '../../engine/index.ts'
import { averagePoolOptions, kernelRule, poolOptions } from '../../engine/operations/pooling.ts'
import { Module } from '../module.ts'

/** Maximum over each window. PyTorch: `torch.nn.MaxPool2d`. */
export class MaxPool2d extends Module {
  readonly kernel: Pair
  readonly options: PoolOptions

  constructor(kernel: Pair, options: PoolOptions = {}) {
    check('MaxPool2d', 'kernel', kernel, kernelRule)
    checkOptions('MaxPool2d', options, poolOptions)
    super()
    this.kernel = kernel
    this.options = options
  }

  override forward(x: Tensor): Tensor {
    return maxPool2d(x, this.kernel, this.options)
  }
}

/** Average over each window. PyTorch: `torch.nn.AvgPool2d`. */
export class AveragePool2d extends Module {
  readonly kernel: Pair
  readonly options: Omit<PoolOptions, 'dilation'>

  constructor(kernel: Pair, options: Omit<PoolOptions, 'dilation'> = {}) {
    check('AveragePool2d', 'kernel', kernel, kernelRule)
    checkOptions('AveragePool2d', options, averagePoolOptions)
    super()
    this.kernel = kernel
    this.options = options
  }

  override forward(x: Tensor): Tensor {
    return averagePool2d(x, this.kernel, this.options)
  }
}

/** Averages over `size` windows, for maps of any size. PyTorch: `torch.nn.AdaptiveAvgPool2d`. */
export class AdaptiveAveragePool2d extends Module {
  readonly size: Pair

  constructor(size: Pair) {
    check('AdaptiveAveragePool2d', 'size', size, kernelRule)
    super()
    this.size = size
  }

  override forward(x: Tensor): Tensor {
    return adaptiveAveragePool2d(x, this.size)
  }
}
