import { checkOptions, notNegative, probability, type Rules, truth } from '../../base/arguments.ts'
import { demand } from '../../base/errors.ts'
import { add, grad, multiply, subtract, type Tensor, type Variable } from '../../engine/index.ts'
import { decayed, type LossParts, Optimizer } from './optimizer.ts'

export interface SGDOptions {
  lr: number
  /** Fraction of the last direction that is kept. Default 0. */
  momentum?: number
  /** Reduction of a new gradient's weight in the direction, from the second step on. Default 0. */
  dampening?: number
  /** Whether to use Nesterov momentum, which looks one step ahead. Default false. */
  nesterov?: boolean
  /** Weight decay: times the parameter, added to its gradient. Default 0. */
  weightDecay?: number
}

const optionRules: Rules<SGDOptions> = {
  lr: notNegative,
  momentum: notNegative,
  dampening: probability,
  nesterov: truth,
  weightDecay: notNegative,
}

/**
 * Stochastic gradient descent, with d the gradient plus weightDecay · p:
 *
 *     b ← momentum · b + (1 − dampening) d,   b = d in the first step
 *     p ← p − lr · b,   or with Nesterov   p − lr · (d + momentum · b)
 *
 * PyTorch: `torch.optim.SGD`.
 */
export class SGD extends Optimizer {
  readonly #options: Required<Omit<SGDOptions, 'lr'>>

  constructor(parameters: readonly Variable[], options: SGDOptions) {
    checkOptions('SGD', options, optionRules)
    const { lr, momentum = 0, dampening = 0, nesterov = false, weightDecay = 0 } = options
    super(parameters, lr, momentum === 0 ? [] : ['momentum_buffer'])
    demand(
      !nesterov || (momentum > 0 && dampening === 0),
      () => `SGD: nesterov needs momentum > 0 and dampening 0, got ${momentum} and ${dampening}`,
    )
    this.#options = { momentum, dampening, nesterov, weightDecay }
  }

  protected override gradientsOf({ loss }: LossParts): readonly Tensor[] {
    return grad(loss, this.parameters)
  }

  protected override updates() {
    const { momentum, dampening, nesterov, weightDecay } = this.#options
    const lr = this.input(this.lr)
    const share = dampening === 0 ? 1 : this.input(this.steps === 1 ? 1 : 1 - dampening)
    return (parameter: Tensor, gradient: Tensor, moment: (name: string) => Variable) => {
      const slope = decayed(gradient, parameter, weightDecay)
      if (momentum === 0) return subtract(parameter, multiply(lr, slope))
      const buffer = moment('momentum_buffer')
      buffer.assign(add(multiply(buffer, momentum), dampening === 0 ? slope : multiply(slope, share)))
      const direction = nesterov ? add(slope, multiply(buffer, momentum)) : buffer
      return subtract(parameter, multiply(lr, direction))
    }
  }
}
