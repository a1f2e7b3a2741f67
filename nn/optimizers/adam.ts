import { arrayOf, checkOptions, notNegative, type Rules, share } from '../../base/arguments.ts'
import {
  add,
  divide,
  grad,
  lerp,
  multiply,
  sqrt,
  square,
  subtract,
  type Tensor,
  type Variable,
} from '../../engine/index.ts'
import { decayed, type LossParts, Optimizer } from './optimizer.ts'

export interface AdamOptions {
  lr: number
  /** Decay rates of the running means of the gradient and of its square. Default [0.9, 0.999]. */
  betas?: readonly [number, number]
  /** Added to the root of the mean square. Default 1e-8. */
  epsilon?: number
  /** Weight decay. Adam adds it, times the parameter, to the gradient; default 0. AdamW: see there; default 0.01. */
  weightDecay?: number
}

const optionRules: Rules<AdamOptions> = {
  lr: notNegative,
  betas: arrayOf(share, 2),
  epsilon: notNegative,
  weightDecay: notNegative,
}

/**
 * Adam (Kingma and Ba 2015, algorithm 1). In step t, with g the gradient plus weightDecay · p:
 *
 *     m ← β₁ m + (1 − β₁) g,   v ← β₂ v + (1 − β₂) g²
 *     p ← p − lr · m / (1 − β₁ᵗ) / (√(v / (1 − β₂ᵗ)) + ε)
 *
 * PyTorch: `torch.optim.Adam`.
 */
export class Adam extends Optimizer {
  readonly #betas: readonly [number, number]
  readonly #epsilon: number
  protected readonly weightDecay: number

  constructor(parameters: readonly Variable[], options: AdamOptions) {
    checkOptions('Adam', options, optionRules)
    const { lr, betas = [0.9, 0.999], epsilon = 1e-8, weightDecay = 0 } = options
    super(parameters, lr, ['exp_avg', 'exp_avg_sq'])
    this.#betas = betas
    this.#epsilon = epsilon
    this.weightDecay = weightDecay
  }

  protected override gradientsOf({ loss }: LossParts): readonly Tensor[] {
    return grad(loss, this.parameters)
  }

  protected override updates() {
    const [first, second] = this.#betas
    const stepSize = this.input(this.lr / (1 - first ** this.steps))
    const rootCorrection = this.input(Math.sqrt(1 - second ** this.steps))
    const decay = this.decay()
    return (parameter: Tensor, gradient: Tensor, moment: (name: string) => Variable) => {
      const [decayedParameter, decayedGradient] = decay(parameter, gradient)
      const [mean, meanSquare] = [moment('exp_avg'), moment('exp_avg_sq')]
      mean.assign(lerp(mean, decayedGradient, 1 - first))
      meanSquare.assign(lerp(meanSquare, square(decayedGradient), 1 - second))
      const scale = add(divide(sqrt(meanSquare), rootCorrection), this.#epsilon)
      return subtract(decayedParameter, multiply(stepSize, divide(mean, scale)))
    }
  }

  /** Returns the function that applies weight decay to a parameter and its gradient. */
  protected decay(): (parameter: Tensor, gradient: Tensor) => [Tensor, Tensor] {
    return (parameter, gradient) => [parameter, decayed(gradient, parameter, this.weightDecay)]
  }
}

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter 2019, algorithm 2): first p ← (1 − lr · weightDecay) p, then
 * Adam's step. Default weightDecay 0.01. PyTorch: `torch.optim.AdamW`.
 */
export class AdamW extends Adam {
  constructor(parameters: readonly Variable[], options: AdamOptions) {
    checkOptions('AdamW', options, optionRules)
    super(parameters, { weightDecay: 0.01, ...options })
  }

  protected override decay(): (parameter: Tensor, gradient: Tensor) => [Tensor, Tensor] {
    const kept = this.input(1 - this.lr * this.weightDecay)
    return (parameter, gradient) => [multiply(parameter, kept), gradient]
  }
}
