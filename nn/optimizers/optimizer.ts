import { check, checkFields, notNegative, optional, type Rules } from '../../base/arguments.ts'
import { demand, describe } from '../../base/errors.ts'
import { allocateHost, promote } from '../../engine/dtype.ts'
import { add, multiply, type Stateful, Tensor, tensor, type Variable, variable } from '../../engine/index.ts'
import { equalShapes, format } from '../../engine/shape.ts'
import { tensorRule, tensorsByName, variables } from '../arguments.ts'
import { assignState, type StateDict } from '../stateDict.ts'

/** A scalar loss and the parts that it is the sum of, as the methods of `kd` give it. */
export interface LossParts {
  readonly loss: Tensor
  /** What the labels ask for. */
  readonly task: Tensor
  /** What a teacher asks for, if there is one. */
  readonly distillation?: Tensor
}

const partsRules: Rules<LossParts> = {
  loss: tensorRule,
  task: tensorRule,
  distillation: optional(tensorRule),
}

/** An optimizer as a training loop sees it, which leaves to it of what to take gradients. */
export interface Minimizer extends Stateful {
  /** The learning rate. May be set before any step. */
  lr: number
  /** How many steps have been taken. */
  readonly steps: number
  /** Takes one step down the loss. */
  minimize(loss: LossParts): void
  stateDict(): StateDict
  loadStateDict(saved: StateDict): Promise<void>
}

/**
 * Moves parameters against their gradients. Numbers that change from step to step, such as the learning rate, are
 * inputs of the plan, so that all steps share one. `Gradient` is what a step takes for each parameter.
 */
export abstract class Optimizer<Gradient = Tensor> implements Minimizer {
  readonly parameters: readonly Variable[]
  /** The learning rate. May be set before any step. */
  lr: number
  /** How many steps have been taken. */
  steps = 0
  readonly #moments: Map<string, Variable>

  /** `moments` names the running values, of its own shape, that are kept for each parameter; zero to begin with. */
  constructor(parameters: readonly Variable[], lr: number, moments: readonly string[]) {
    check('optimizer', 'parameters', parameters, variables)
    check('optimizer', 'lr', lr, notNegative)
    demand(parameters.length > 0, () => 'optimizer: expected at least one parameter')
    const again = parameters.findIndex((parameter, i) => parameters.indexOf(parameter) < i)
    demand(
      again < 0,
      () =>
        `optimizer: expected each parameter once, but number ${again} is number ${parameters.indexOf(parameters[again])}`,
    )
    this.parameters = parameters
    this.lr = lr
    this.#moments = new Map(
      parameters.flatMap((parameter, i) => moments.map((name) => [`${i}.${name}`, zerosLike(parameter)])),
    )
  }

  /** Takes one step: assigns new values to the parameters, given the gradient of each, in order. */
  step(gradients: readonly Gradient[]): void {
    check('optimizer', 'lr', this.lr, notNegative)
    demand(
      gradients instanceof Array && gradients.length === this.parameters.length,
      () =>
        `optimizer: expected ${this.parameters.length} gradients, got ${gradients instanceof Array ? gradients.length : describe(gradients)}`,
    )
    this.parameters.forEach(({ shape }, i) => {
      for (const gradient of this.tensorsOf(gradients[i])) {
        demand(
          equalShapes(shape, gradient.shape),
          () => `optimizer: gradient ${i} is ${format(gradient.shape)}, its parameter ${format(shape)}`,
        )
      }
    })
    this.steps++
    const update = this.updates()
    this.parameters.forEach((parameter, i) => {
      const moment = (name: string) => this.#moments.get(`${i}.${name}`)!
      parameter.assign(update(parameter, gradients[i], moment))
    })
  }

  /** Takes one step down a loss, with the gradients that the optimizer needs of it. */
  minimize(loss: LossParts): void {
    checkFields('optimizer', 'loss', loss, partsRules)
    this.step(this.gradientsOf(loss))
  }

  /** The gradients of a loss that a step takes, in the order of the parameters. */
  protected abstract gradientsOf(loss: LossParts): readonly Gradient[]

  /** The tensors of a gradient, each of its parameter's shape. */
  protected tensorsOf(gradient: Gradient): readonly Tensor[] {
    check('optimizer', 'each gradient', gradient, tensorRule)
    return gradient instanceof Tensor ? [gradient] : []
  }

  /** The rule of this step: from a parameter, its gradient and its moments to the new value. */
  protected abstract updates(): (
    parameter: Tensor,
    gradient: Gradient,
    moment: (name: string) => Variable,
  ) => Tensor

  /** A number of this step as an input of the plan. */
  protected input(value: number): Tensor {
    return tensor(value, { dtype: promote(...this.parameters.map(({ dtype }) => dtype)) })
  }

  /** The moments, for `realize`; the parameters belong to their module. */
  state(): Iterable<Variable> {
    return this.#moments.values()
  }

  /** What is needed to go on: `step`, and the moments by PyTorch's names behind the number of their parameter. */
  stateDict(): StateDict {
    return new Map<string, Tensor>([['step', tensor(this.steps, { dtype: 'int32' })], ...this.#moments])
  }

  /** Goes on from a saved state. Throws where it does not fit, naming what differs. */
  async loadStateDict(saved: StateDict): Promise<void> {
    check('optimizer', 'saved', saved, tensorsByName)
    const step = variable(tensor(0, { dtype: 'int32' }))
    assignState('the state does not fit the optimizer', new Map([['step', step], ...this.#moments]), saved)
    this.steps = await step.item()
  }
}

function zerosLike({ shape, dtype, size }: Variable): Variable {
  return variable(tensor(allocateHost(dtype, size), { shape, dtype }))
}

/** The gradient of a loss with weightDecay · ‖p‖² / 2 in it: g + weightDecay · p. */
export function decayed(gradient: Tensor, parameter: Tensor, weightDecay: number): Tensor {
  return weightDecay === 0 ? gradient : add(gradient, multiply(parameter, weightDecay))
}
