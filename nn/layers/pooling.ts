import { check, checkOptions, type Rules } from '../../base/arguments.ts'
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

/** Pooling with a kernel, which is the default stride. */
abstract class Pool<Options extends object> extends Module {
  readonly kernel: Pair
  readonly options: Options

  constructor(operation: string, kernel: Pair, options: Options, rules: Rules<Options>) {
    check(operation, 'kernel', kernel, kernelRule)
    checkOptions(operation, options, rules)
    super()
    this.kernel = kernel
    this.options = options
  }
}

/** Maximum over each window. PyTorch: `torch.nn.MaxPool2d`. */
export class MaxPool2d extends Pool<PoolOptions> {
  constructor(kernel: Pair, options: PoolOptions = {}) {
    super('MaxPool2d', kernel, options, poolOptions)
  }

  override forward(x: Tensor): Tensor {
    return maxPool2d(x, this.kernel, this.options)
  }
}

/** Average over each window. PyTorch: `torch.nn.AvgPool2d`. */
export class AveragePool2d extends Pool<Omit<PoolOptions, 'dilation'>> {
  constructor(kernel: Pair, options: Omit<PoolOptions, 'dilation'> = {}) {
    super('AveragePool2d', kernel, options, averagePoolOptions)
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
