import { aFunction, check, checkOptions, type Rules, whole } from '../../base/arguments.ts'
import { demand } from '../../base/errors.ts'
import { arange, detach, equal, flatten, reshape, type Tensor, take, where } from '../../engine/index.ts'
import { hostDataOf } from '../../engine/realize.ts'
import { tensorRule, widthRule } from '../arguments.ts'
import { normal } from '../initializers.ts'
import { Module } from '../module.ts'
import { type Initializer, Parameter } from '../parameter.ts'

export interface EmbeddingOptions {
  /** The index whose vector is 0 at first and has no gradient. Default: none. */
  paddingIndex?: number | undefined
  /** Initializer of the vectors. Default: standard normal. */
  initializer?: Initializer
}

const optionRules: Rules<EmbeddingOptions> = {
  paddingIndex: whole(0, 2 ** 24),
  initializer: aFunction,
}

/**
 * A table of vectors: int32 indices of any shape [...] to their vectors [..., width]. An index that is not in the table
 * is an error if the indices are on the host; computed ones give NaN. PyTorch: `torch.nn.Embedding`, whose `padding_idx` is
 * `paddingIndex`, without `max_norm`, `scale_grad_by_freq` and `sparse`.
 */
export class Embedding extends Module {
  /** [count, width] */
  readonly weight: Parameter
  readonly paddingIndex: number | undefined

  constructor(count: number, width: number, options: EmbeddingOptions = {}) {
    check('Embedding', 'count', count, widthRule)
    check('Embedding', 'width', width, widthRule)
    checkOptions('Embedding', options, optionRules)
    super()
    const { paddingIndex, initializer = normal(1) } = options
    demand(
      paddingIndex === undefined || paddingIndex < count,
      () => `Embedding: expected paddingIndex to be below ${count}, got ${paddingIndex}`,
    )
    this.paddingIndex = paddingIndex
    this.weight = new Parameter([count, width], (shape, stream) => {
      const values = initializer(shape, stream)
      return paddingIndex === undefined
        ? values
        : values.fill(0, paddingIndex * width, (paddingIndex + 1) * width)
    })
  }

  override forward(indices: Tensor): Tensor {
    check('Embedding', 'indices', indices, tensorRule)
    const [count, width] = this.weight.shape
    demand(indices.dtype === 'int32', () => `Embedding: expected int32 indices, got ${indices.dtype}`)
    const outside = hostDataOf(indices)?.find((index) => index < 0 || index >= count)
    demand(outside === undefined, () => `Embedding: index ${outside} is outside 0 … ${count - 1}`)
    return reshape(take(this.#table(), 0, flatten(indices)), [...indices.shape, width])
  }

  #table(): Tensor {
    if (this.paddingIndex === undefined) return this.weight
    const isPadding = equal(reshape(arange(this.weight.shape[0]), [-1, 1]), this.paddingIndex)
    return where(isPadding, detach(this.weight), this.weight)
  }
}
