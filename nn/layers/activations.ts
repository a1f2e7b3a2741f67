import { checkOptions, oneOf, type Rules } from '../../base/arguments.ts'
import { type GeluOptions, gelu, silu, type Tensor } from '../../engine/index.ts'
import { Module } from '../module.ts'

const geluOptions: Rules<GeluOptions> = { approximate: oneOf(['none', 'tanh']) }

/** x Φ(x), or its approximation by tanh. Hendrycks and Gimpel 2016. PyTorch: `torch.nn.GELU`. */
export class GELU extends Module {
  readonly options: GeluOptions

  constructor(options: GeluOptions = {}) {
    checkOptions('GELU', options, geluOptions)
    super()
    this.options = options
  }

  override forward(x: Tensor): Tensor {
    return gelu(x, this.options)
  }
}

/** x / (1 + e⁻ˣ). PyTorch: `torch.nn.SiLU`. */
export class SiLU extends Module {
  override forward(x: Tensor): Tensor {
    return silu(x)
  }
}
