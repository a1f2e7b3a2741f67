import { flatten } from '../../engine/operations/index.ts'
import type { Tensor } from '../../engine/tensor.ts'
import { Module } from '../module.ts'

/** All axes after the first as one. PyTorch: `torch.nn.Flatten`. */
export class Flatten extends Module {
  override forward(x: Tensor): Tensor {
    return flatten(x, 1)
  }
}
