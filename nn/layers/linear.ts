import { aFunction, check, checkOptions, type Rules, truth } from '../../base/arguments.ts'
import { demand } from '../../base/errors.ts'
import { add, matmul, type Tensor, transpose } from '../../engine/index.ts'
import { format } from '../../engine/shape.ts'
import { tensorRule, widthRule } from '../arguments.ts'
import { fanInUniform } from '../initializers.ts'
import { Module } from '../module.ts'
import { type Initializer, Parameter } from '../parameter.ts'

export interface LinearOptions {
  /** Whether each output has a bias. Default true. */
  bias?: boolean
  /** Initializer of the weights. Default: uniform in ±1/√inputs, as in PyTorch. */
  initializer?: Initializer
  /** Initializer of the bias. Default: uniform in ±1/√inputs, even if `initializer` is given. */
  biasInitializer?: Initializer
}

const optionRules: Rules<LinearOptions> = { bias: truth, initializer: aFunction, biasInitializer: aFunction }

/** x Wᵀ + b over the last axis: [N, inputs] to [N, outputs]. PyTorch: `torch.nn.Linear`. */
export class Linear extends Module {
  /** [outputs, inputs] */
  readonly weight: Parameter
  /** [outputs] */
  readonly bias: Parameter | undefined

  constructor(inputs: number, outputs: number, options: LinearOptions = {}) {
    check('Linear', 'inputs', inputs, widthRule)
    check('Linear', 'outputs', outputs, widthRule)
    checkOptions('Linear', options, optionRules)
    super()
    const {
      bias = true,
      initializer = fanInUniform(inputs),
      biasInitializer = fanInUniform(inputs),
    } = options
    this.weight = new Parameter([outputs, inputs], initializer)
    this.bias = bias ? new Parameter([outputs], biasInitializer) : undefined
  }

  override forward(x: Tensor): Tensor {
    check('Linear', 'x', x, tensorRule)
    const inputs = this.weight.shape[1]
    demand(x.shape.at(-1) === inputs, () => `Linear: expected inputs [N, ${inputs}], got ${format(x.shape)}`)
    const product = matmul(x, transpose(this.weight))
    return this.bias === undefined ? product : add(product, this.bias)
  }
}
