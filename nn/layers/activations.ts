import { checkOptions } from '../../base/arguments.ts'
import { type GeluOptions, gelu, relu, silu, type Tensor } from '../../engine/index.ts'
import { geluOptions } from '../../engine/operations/geluOptions.ts'
import { Module } from '../module.ts'

/** max(x, 0). PyTorch: `torch.nn.ReLU`. */
export class ReLU extends Module {
  override forward(x: Tensor): Tensor {
    return relu(x)
  }
}

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
