import { relu } from '../../engine/operations/index.ts'
import type { Tensor } from '../../engine/tensor.ts'
import { Module } from '../module.ts'

/** max(x, 0). PyTorch: `torch.nn.ReLU`. */
export class ReLU extends Module {
  override forward(x: Tensor): Tensor {
    return relu(x)
  }
}
