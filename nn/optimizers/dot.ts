import { checkOptions, notNegative, type Rules } from '../../base/arguments.ts'
import { demand } from '../../base/errors.ts'
import { add, gradWhereReached, multiply, subtract, type Tensor, type Variable } from '../../engine/index.ts'
import { tensorRule } from '../arguments.ts'
import { decayed, type LossParts, Optimizer } from './optimizer.ts'

export interface DOTOptions {
  lr: number
  /** Δ: momentum moved from the task's gradients to those of distillation. Default 0.075; 0.09 for ImageNet. */
  delta?: number
  /** Default 0.9. */
  momentum?: number
  /** Weight decay: times the parameter, added to the task's gradient. Default 0. */
  weightDecay?: number
}

const optionRules: Rules<DOTOptions> = {
  lr: notNegative,
  delta: notNegative,
  momentum: notNegative,
  weightDecay: notNegative,
}

/** The gradients of both parts of a loss; `undefined` if a part does not depend on the parameter. */
export interface PartialGradients {
  readonly task?: Tensor | undefined
  readonly distillation?: Tensor | undefined
}

const gradientRules: Rules<PartialGradients> = {
  task: tensorRule,
  distillation: tensorRule,
}

/**
 * Distillation-oriented trainer: gradient descent with separate momenta for the parts of the loss, the larger for
 * distillation:
 *
 *     b_task ← (m − Δ) b_task + g_task + weightDecay · p        b_kd ← (m + Δ) b_kd + g_kd
 *     p ← p − lr (b_task + b_kd)
 *
 * Source: Zhao et al. 2023 (arXiv 2307.08436) and their code. As there, a parameter that only one part depends on, such
 * as a connector's, has momentum m and weight decay. With Δ = 0 this is SGD.
 */
export class DOT extends Optimizer<PartialGradients> {
  readonly #momentum: number
  readonly #delta: number
  readonly #weightDecay: number

  constructor(parameters: readonly Variable[], options: DOTOptions) {
    checkOptions('DOT', options, optionRules)
    const { lr, delta = 0.075, momentum = 0.9, weightDecay = 0 } = options
    super(parameters, lr, ['momentum_buffer', 'momentum_kd_buffer'])
    demand(
      delta <= momentum,
      () => `DOT: expected delta to be at most the momentum ${momentum}, got ${delta}`,
    )
    this.#momentum = momentum
    this.#delta = delta
    this.#weightDecay = weightDecay
  }

  protected override tensorsOf(gradient: PartialGradients): Tensor[] {
    checkOptions('optimizer: each gradient', gradient, gradientRules)
    const { task, distillation } = gradient
    return [task, distillation].filter((gradient) => gradient !== undefined)
  }

  protected override gradientsOf({ task, distillation }: LossParts): readonly PartialGradients[] {
    const ofTask = gradWhereReached(task, this.parameters)
    const ofDistillation = distillation && gradWhereReached(distillation, this.parameters)
    return ofTask.map((gradient, i) => ({ task: gradient, distillation: ofDistillation?.[i] }))
  }

  protected override updates() {
    const lr = this.input(this.lr)
    return (
      parameter: Tensor,
      { task, distillation }: PartialGradients,
      moment: (name: string) => Variable,
    ) => {
      const delta = task && distillation ? this.#delta : 0
      const withDecay = (gradient: Tensor) => decayed(gradient, parameter, this.#weightDecay)
      const moved = (from: Tensor, name: string, momentum: number, gradient: Tensor) => {
        const buffer = moment(name)
        buffer.assign(add(multiply(buffer, momentum), gradient))
        return subtract(from, multiply(lr, buffer))
      }
      const byTask = task
        ? moved(parameter, 'momentum_buffer', this.#momentum - delta, withDecay(task))
        : parameter
      if (distillation === undefined) return byTask
      const gradient = task ? distillation : withDecay(distillation)
      return moved(byTask, 'momentum_kd_buffer', this.#momentum + delta, gradient)
    }
  }
}
