import { check, probability } from '../../base/arguments.ts'
import { add, less, multiply, randomBits, type Tensor, tensor, where } from '../../engine/index.ts'
import { tensorRule } from '../arguments.ts'
import { Module } from '../module.ts'
import { RandomKey } from '../parameter.ts'

/**
 * In training, sets each element to 0 with this probability and multiplies the others by 1 / (1 − probability); in evaluation,
 * returns its input. Srivastava et al. 2014. PyTorch: `torch.nn.Dropout`.
 *
 * Which elements are dropped is a function of `key` alone, which `initialize` sets from its seed and the layer's name, and
 * which each call in training increments. The key is part of the state: training continues from a checkpoint with the same
 * bits, on every executor. PyTorch's files have no key; `loadStateDict` then keeps the layer's.
 */
export class Dropout extends Module {
  readonly probability: number
  readonly key = new RandomKey()

  constructor(dropped = 0.5) {
    check('Dropout', 'dropped', dropped, probability)
    super()
    this.probability = dropped
  }

  override forward(x: Tensor): Tensor {
    check('Dropout', 'x', x, tensorRule)
    if (!this.training || this.probability === 0) return x
    const kept = 1 - this.probability
    const isKept = less(randomBits(this.key, x.shape), Math.round(kept * 2 ** 24))
    this.key.assign(add(this.key, tensor([0, 1], { dtype: 'int32' })))
    // 1 / 0 would make the gradient of a layer that drops everything ∞ · 0 = NaN.
    return where(isKept, multiply(x, kept === 0 ? 0 : 1 / kept), 0)
  }
}
