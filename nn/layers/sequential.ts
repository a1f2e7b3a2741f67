import type { Tensor } from '../../engine/tensor.ts'
import { Module } from '../module.ts'

/** One layer after the other; their names are their numbers. PyTorch: `torch.nn.Sequential`. */
export class Sequential extends Module {
  readonly layers: readonly Module[]

  constructor(...layers: readonly Module[]) {
    super()
    this.layers = layers
  }

  override *children(): Iterable<[string, Module]> {
    for (const [position, layer] of this.layers.entries()) yield [String(position), layer]
  }

  override forward(x: Tensor): Tensor {
    return this.layers.reduce((value, layer) => layer.forward(value), x)
  }
}
