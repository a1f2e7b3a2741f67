import { flatten, type Tensor } from '../../engine/index.ts'
import { Module } from '../module.ts'

/** Merges all axes after the first. PyTorch: `torch.nn.Flatten`. */
export class Flatten extends Module {
  override forward(x: Tensor): Tensor {
    return flatten(x, 1)
  }
}
