import { add, matmul, transpose } from '../../engine/operations/index.ts'
import type { Tensor } from '../../engine/tensor.ts'
import { fanInUniform } from '../initializers.ts'
import { Module } from '../module.ts'
import { Parameter } from '../parameter.ts'

/** x Wᵀ + b over the last axis: [N, inputs] to [N, outputs]. PyTorch: `torch.nn.Linear`. */
export class Linear extends Module {
  /** [outputs, inputs] */
  readonly weight: Parameter
  /** [outputs] */
  readonly bias: Parameter | undefined

  constructor(inputs: number, outputs: number, { bias = true }: { bias?: boolean } = {}) {
    super()
    this.weight = new Parameter([outputs, inputs], fanInUniform(inputs))
    this.bias = bias ? new Parameter([outputs], fanInUniform(inputs)) : undefined
  }

  override forward(x: Tensor): Tensor {
    const product = matmul(x, transpose(this.weight))
    return this.bias === undefined ? product : add(product, this.bias)
  }
}
