import { arrayOf, check, checkOptions, either, notNegative, type Rules, truth } from '../../base/arguments.ts'
import { demand } from '../../base/errors.ts'
import {
  add,
  mean,
  multiply,
  reshape,
  rsqrt,
  type Shape,
  subtract,
  type Tensor,
  variance,
} from '../../engine/index.ts'
import { equalShapes, format } from '../../engine/shape.ts'
import { tensorRule, widthRule } from '../arguments.ts'
import { constant } from '../initializers.ts'
import { Module } from '../module.ts'
import { Parameter } from '../parameter.ts'

export interface NormalizationOptions {
  /** Added to the variance. Default 1e-5. */
  epsilon?: number
  /** Whether there are a weight and a bias. Default true. */
  affine?: boolean
}

const optionRules: Rules<NormalizationOptions> = { epsilon: notNegative, affine: truth }

/** (x − mean) / √(variance + ε) with the mean and the biased variance over the axes. */
function standardize(x: Tensor, axes: readonly number[], epsilon: number): Tensor {
  const deviations = subtract(x, mean(x, axes, { keepDimensions: true }))
  const squares = variance(x, axes, { correction: 0, keepDimensions: true })
  return multiply(deviations, rsqrt(add(squares, epsilon)))
}

/**
 * (x − mean) / √(variance + ε) · weight + bias, with mean and biased variance over the last axes, which have the lengths
 * `shape`; a number is one axis. The same in training and evaluation. Ba, Kiros and Hinton 2016. PyTorch:
 * `torch.nn.LayerNorm`, whose `elementwise_affine` is `affine` here.
 */
export class LayerNorm extends Module {
  readonly weight: Parameter | undefined
  readonly bias: Parameter | undefined
  readonly normalizedShape: Shape
  readonly epsilon: number

  constructor(shape: number | Shape, options: NormalizationOptions = {}) {
    check('LayerNorm', 'shape', shape, either(widthRule, arrayOf(widthRule)))
    checkOptions('LayerNorm', options, optionRules)
    super()
    const { epsilon = 1e-5, affine = true } = options
    this.normalizedShape = typeof shape === 'number' ? [shape] : [...shape]
    demand(this.normalizedShape.length > 0, () => 'LayerNorm: expected a shape of at least one axis, got []')
    this.weight = affine ? new Parameter(this.normalizedShape, constant(1)) : undefined
    this.bias = affine ? new Parameter(this.normalizedShape, constant(0)) : undefined
    this.epsilon = epsilon
  }

  override forward(x: Tensor): Tensor {
    check('LayerNorm', 'x', x, tensorRule)
    const { length } = this.normalizedShape
    demand(
      equalShapes(x.shape.slice(-length), this.normalizedShape),
      () => `LayerNorm: expected inputs [N, …, ${this.normalizedShape.join(', ')}], got ${format(x.shape)}`,
    )
    const axes = Array.from({ length }, (_, axis) => axis - length)
    const normalized = standardize(x, axes, this.epsilon)
    if (this.weight === undefined || this.bias === undefined) return normalized
    return add(multiply(normalized, this.weight), this.bias)
  }
}

/**
 * (x − mean) / √(variance + ε) · weight + bias for inputs [N, channels, …], with mean and biased variance over each of the
 * equally large groups of channels of each row; weight and bias [channels]. Wu and He 2018. PyTorch: `torch.nn.GroupNorm`.
 */
export class GroupNorm extends Module {
  readonly weight: Parameter | undefined
  readonly bias: Parameter | undefined
  readonly groups: number
  readonly channels: number
  readonly epsilon: number

  constructor(groups: number, channels: number, options: NormalizationOptions = {}) {
    check('GroupNorm', 'groups', groups, widthRule)
    check('GroupNorm', 'channels', channels, widthRule)
    checkOptions('GroupNorm', options, optionRules)
    demand(
      channels % groups === 0,
      () => `GroupNorm: expected groups that divide ${channels} channels, got ${groups}`,
    )
    super()
    const { epsilon = 1e-5, affine = true } = options
    this.weight = affine ? new Parameter([channels], constant(1)) : undefined
    this.bias = affine ? new Parameter([channels], constant(0)) : undefined
    this.groups = groups
    this.channels = channels
    this.epsilon = epsilon
  }

  override forward(x: Tensor): Tensor {
    check('GroupNorm', 'x', x, tensorRule)
    demand(
      x.rank >= 2 && x.shape[1] === this.channels,
      () => `GroupNorm: expected inputs [N, ${this.channels}, …], got ${format(x.shape)}`,
    )
    const [count, channels, ...rest] = x.shape
    const area = rest.reduce((product, length) => product * length, channels / this.groups)
    const grouped = reshape(x, [count, this.groups, area])
    const normalized = reshape(standardize(grouped, [2], this.epsilon), x.shape)
    if (this.weight === undefined || this.bias === undefined) return normalized
    const perChannel = [channels, ...rest.map(() => 1)]
    return add(multiply(normalized, reshape(this.weight, perChannel)), reshape(this.bias, perChannel))
  }
}
