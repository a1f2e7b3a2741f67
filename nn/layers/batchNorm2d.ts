import { check, checkOptions, notNegative, probability, type Rules } from '../../base/arguments.ts'
import { demand } from '../../base/errors.ts'
import {
  add,
  detach,
  divide,
  lerp,
  multiply,
  reshape,
  rsqrt,
  subtract,
  sum,
  type Tensor,
  type Variable,
  withGradient,
} from '../../engine/index.ts'
import { format } from '../../engine/shape.ts'
import { tensorRule, widthRule } from '../arguments.ts'
import { constant } from '../initializers.ts'
import { Module } from '../module.ts'
import { buffer, Counter, Parameter } from '../parameter.ts'
import { moments } from './moments.ts'

export interface BatchNorm2dOptions {
  /** Weight of the batch in the update of the running statistics. Default 0.1. */
  momentum?: number
  /** Added to the variance. Default 1e-5. */
  epsilon?: number
}

const optionRules: Rules<BatchNorm2dOptions> = { momentum: probability, epsilon: notNegative }

/** All axes of maps [N, C, H, W] except the channels. */
const axes = [0, 2, 3]
const keepDimensions = true

/**
 * (x − mean) / √(variance + ε) · weight + bias, for each channel of maps [N, C, H, W]. Training mode uses the mean and
 * the biased variance of the batch, and updates the running mean and, from the unbiased variance, the running variance.
 * Evaluation mode uses the running statistics. Ioffe and Szegedy 2015, algorithms 1 and 2. PyTorch:
 * `torch.nn.BatchNorm2d`.
 */
export class BatchNorm2d extends Module {
  readonly weight: Parameter
  readonly bias: Parameter
  readonly running_mean: Variable
  readonly running_var: Variable
  readonly num_batches_tracked = new Counter()
  readonly momentum: number
  readonly epsilon: number

  constructor(channels: number, options: BatchNorm2dOptions = {}) {
    check('BatchNorm2d', 'channels', channels, widthRule)
    checkOptions('BatchNorm2d', options, optionRules)
    super()
    const { momentum = 0.1, epsilon = 1e-5 } = options
    this.weight = new Parameter([channels], constant(1))
    this.bias = new Parameter([channels], constant(0))
    this.running_mean = buffer([channels], 0)
    this.running_var = buffer([channels], 1)
    this.momentum = momentum
    this.epsilon = epsilon
  }

  override forward(x: Tensor): Tensor {
    check('BatchNorm2d', 'x', x, tensorRule)
    demand(
      x.rank === 4 && x.shape[1] === this.weight.size,
      () => `BatchNorm2d: expected maps [N, ${this.weight.size}, H, W], got ${format(x.shape)}`,
    )
    if (!this.training) {
      return this.#scale(subtract(x, perChannel(this.running_mean)), perChannel(this.running_var))
    }
    const { mean, variance } = moments(x)
    this.#track(mean, variance, x)
    return this.#withShortGradient(x, subtract(x, mean), variance)
  }

  #scale(centred: Tensor, variance: Tensor): Tensor {
    const normalized = multiply(centred, rsqrt(add(variance, this.epsilon)))
    return add(multiply(normalized, perChannel(this.weight)), perChannel(this.bias))
  }

  /**
   * With x̂ = (x − mean) · s, s = 1 / √(variance + ε) and the gradient dy, all means over the axes:
   *
   *     dbias = Σ dy    dweight = Σ dy x̂    dx = weight · s · (dy − mean(dy) − x̂ · mean(dy x̂))
   *
   * Differentiating mean and variance one after the other gives the same, but passes over the maps once more.
   */
  #withShortGradient(x: Tensor, centred: Tensor, variance: Tensor): Tensor {
    const scale = rsqrt(add(variance, this.epsilon))
    const normalized = multiply(centred, scale)
    const weight = perChannel(this.weight)
    const output = add(multiply(normalized, weight), perChannel(this.bias))
    return withGradient(output, [x, this.weight, this.bias], (gradient) => {
      const ofBias = sum(gradient, axes, { keepDimensions })
      const ofWeight = sum(multiply(gradient, normalized), axes, { keepDimensions })
      const count = x.size / x.shape[1]
      const projected = add(divide(ofBias, count), multiply(normalized, divide(ofWeight, count)))
      return [
        multiply(multiply(weight, scale), subtract(gradient, projected)),
        reshape(ofWeight, this.weight.shape),
        reshape(ofBias, this.bias.shape),
      ]
    })
  }

  #track(batchMean: Tensor, batchVariance: Tensor, x: Tensor): void {
    const count = x.size / x.shape[1]
    demand(
      count > 1,
      () => `BatchNorm2d: training needs more than one value per channel, got maps ${format(x.shape)}`,
    )
    const move = (running: Variable, batch: Tensor) =>
      running.assign(lerp(running, reshape(detach(batch), running.shape), this.momentum))
    move(this.running_mean, batchMean)
    move(this.running_var, multiply(batchVariance, count / (count - 1)))
    this.num_batches_tracked.assign(add(this.num_batches_tracked, 1))
  }
}

function perChannel(statistics: Tensor): Tensor {
  return reshape(statistics, [1, -1, 1, 1])
}
