import { relu, type Tensor } from '../../engine/index.ts'
import { Module } from '../module.ts'

/** max(x, 0). PyTorch: `torch.nn.ReLU`. */
export class ReLU extends Module {
  override forward(x: Tensor): Tensor {
    return relu(x)
  }
}
