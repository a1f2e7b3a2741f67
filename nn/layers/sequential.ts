import { arrayOf, check } from '../../base/arguments.ts'
import type { Tensor } from '../../engine/index.ts'
import { Module, moduleRule } from '../module.ts'

/** Applies layers in order; their names are their positions. PyTorch: `torch.nn.Sequential`. */
export class Sequential<Layer extends Module = Module> extends Module {
  readonly layers: readonly Layer[]

  constructor(...layers: readonly Layer[]) {
    check('Sequential', 'layers', layers, arrayOf(moduleRule))
    super()
    this.layers = layers
  }

  override *children(): Iterable<[string, Module]> {
    for (const [position, layer] of this.layers.entries()) yield [String(position), layer]
  }

  override forward(x: Tensor): Tensor {
    return this.layers.reduce<Tensor>((value, layer) => layer.forward(value), x)
  }
}
