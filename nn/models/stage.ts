import { relu, type Tensor } from '../../engine/index.ts'
import { Module } from '../module.ts'

/** A part of a stage that ends in a ReLU and also exposes the ReLU's input, for methods that distil it. */
export abstract class Block extends Module {
  /** Returns the input of the last ReLU. */
  abstract preactivation(x: Tensor): Tensor

  /** Returns the block's output from its preactivation. */
  activation(preactivation: Tensor): Tensor {
    return relu(preactivation)
  }

  override forward(x: Tensor): Tensor {
    return this.activation(this.preactivation(x))
  }
}

/** Constructor of a module from `channels` to `filters`, whose stride may shrink the maps. */
export type Kind<M> = new (channels: number, filters: number, stride: number) => M

/** Returns `count` modules, of which the first changes the number of channels and, with its stride, the size of the maps. */
export function repeat<M>(
  kind: Kind<M>,
  count: number,
  channels: number,
  filters: number,
  stride: number,
): M[] {
  const followers = Array.from({ length: count - 1 }, () => new kind(filters, filters, 1))
  return [new kind(channels, filters, stride), ...followers]
}

/** Applies blocks in order; their names are their positions. */
export class Stage<B extends Block = Block> extends Module<{ output: Tensor; preactivation: Tensor }> {
  readonly blocks: readonly B[]

  constructor(...blocks: readonly B[]) {
    super()
    this.blocks = blocks
  }

  get last(): B {
    return this.blocks[this.blocks.length - 1]
  }

  override *children(): Iterable<[string, Module]> {
    for (const [position, block] of this.blocks.entries()) yield [String(position), block]
  }

  override forward(x: Tensor): { output: Tensor; preactivation: Tensor } {
    const before = this.blocks.slice(0, -1).reduce((value, block) => block.forward(value), x)
    const preactivation = this.last.preactivation(before)
    return { output: this.last.activation(preactivation), preactivation }
  }
}

/** Runs the stages on the stem's output. Returns the maps after each, those before its ReLU, and the last output. */
export function featuresOf(
  stem: Tensor,
  stages: readonly Stage[],
): { features: Tensor[]; preactivations: Tensor[]; last: Tensor } {
  const features = [stem]
  const preactivations = [stem]
  let last = stem
  for (const stage of stages) {
    const { output, preactivation } = stage.forward(last)
    features.push(output)
    preactivations.push(preactivation)
    last = output
  }
  return { features, preactivations, last }
}
