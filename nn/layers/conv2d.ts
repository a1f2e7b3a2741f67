import { aFunction, check, checkOptions, type Rules, truth } from '../../base/arguments.ts'
import { demand } from '../../base/errors.ts'
import { type Conv2dOptions, conv2d, type Pair, type Tensor } from '../../engine/index.ts'
import { conv2dOptions, pair } from '../../engine/operations/convolution.ts'
import { kernelRule } from '../../engine/operations/pooling.ts'
import { widthRule } from '../arguments.ts'
import { fanInUniform } from '../initializers.ts'
import { Module } from '../module.ts'
import { type Initializer, Parameter } from '../parameter.ts'

export interface Conv2dLayerOptions extends Conv2dOptions {
  /** Whether each filter has a bias. Default true. */
  bias?: boolean
  /** Initializer of the weights. Default: uniform in ±1/√fanIn, as in PyTorch. */
  initializer?: Initializer | undefined
  /** Initializer of the bias. Default: uniform in ±1/√fanIn, even if `initializer` is given. */
  biasInitializer?: Initializer
}

const optionRules: Rules<Conv2dLayerOptions> = {
  ...conv2dOptions,
  bias: truth,
  initializer: aFunction,
  biasInitializer: aFunction,
}

/** Convolution of maps [N, channels, H, W] to [N, filters, H′, W′]. PyTorch: `torch.nn.Conv2d`. */
export class Conv2d extends Module {
  /** [filters, channels / groups, kernel height, kernel width] */
  readonly weight: Parameter
  /** [filters] */
  readonly bias: Parameter | undefined
  readonly options: Conv2dOptions

  constructor(channels: number, filters: number, kernel: Pair, options: Conv2dLayerOptions = {}) {
    check('Conv2d', 'channels', channels, widthRule)
    check('Conv2d', 'filters', filters, widthRule)
    check('Conv2d', 'kernel', kernel, kernelRule)
    checkOptions('Conv2d', options, optionRules)
    super()
    const { bias = true, initializer, biasInitializer, ...geometry } = options
    const [height, width] = pair(kernel)
    const { groups = 1 } = geometry
    demand(
      channels % groups === 0 && filters % groups === 0,
      () => `Conv2d: expected groups that divide ${channels} channels and ${filters} filters, got ${groups}`,
    )
    const perGroup = channels / groups
    const fanIn = perGroup * height * width
    this.weight = new Parameter([filters, perGroup, height, width], initializer ?? fanInUniform(fanIn))
    this.bias = bias ? new Parameter([filters], biasInitializer ?? fanInUniform(fanIn)) : undefined
    this.options = geometry
  }

  override forward(x: Tensor): Tensor {
    return conv2d(x, this.weight, this.bias, this.options)
  }
}
