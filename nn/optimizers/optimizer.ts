import { check, checkFields, notNegative, optional, type Rules } from '../../base/arguments.ts'
import { demand, describe } from '../../base/errors.ts'
import { allocateHost, promote } from '../../engine/dtype.ts'
import { add, multiply, type Stateful, Tensor, tensor, type Variable, variable } from '../../engine/index.ts'
import { equalShapes, format } from '../../engine/shape.ts'
import { tensorRule, tensorsByName, variables } from '../arguments.ts'
import { assignState, type StateDict } from '../stateDict.ts'

/** A scalar loss and its summands, as the methods of `kd` return it. */
export interface LossParts {
  readonly loss: Tensor
  /** The part that depends on labels. */
  readonly task: Tensor
  /** The part that depends on a teacher, if there is one. */
  readonly distillation?: Tensor
}

const partsRules: Rules<LossParts> = {
  loss: tensorRule,
  task: tensorRule,
  distillation: optional(tensorRule),
}

/** An optimizer for training loops: it chooses which gradients of the loss to take. */
export interface Minimizer extends Stateful {
  /** The learning rate. May be set before any step. */
  lr: number
  /** Number of steps taken. */
  readonly steps: number
  /** Takes one step down the loss. */
  minimize(loss: LossParts): void
  stateDict(): StateDict
  loadStateDict(saved: StateDict): Promise<void>
}

/**
 * Updates parameters from their gradients. Numbers that change from step to step, such as the learning rate, are inputs of
 * the plan, so all steps share one. `Gradient` is the type of the gradient that a step takes for each parameter.
 */
export abstract class Optimizer<Gradient = Tensor> implements Minimizer {
  readonly parameters: readonly Variable[]
  /** The learning rate. May be set before any step. */
  lr: number
  /** Number of steps taken. */
  steps = 0
  readonly #moments: Map<string, Variable>

  /** `moments` names the running values that each parameter keeps; they have its shape and are initially zero. */
  constructor(parameters: readonly Variable[], lr: number, moments: readonly string[]) {
    check('optimizer', 'parameters', parameters, variables)
    check('optimizer', 'lr', lr, notNegative)
    demand(parameters.length > 0, () => 'optimizer: expected at least one parameter')
    const again = parameters.findIndex((parameter, i) => parameters.indexOf(parameter) < i)
    demand(
      again < 0,
      () =>
        `optimizer: expected each parameter once, but parameters ${parameters.indexOf(parameters[again])} and ${again} are the same`,
    )
    this.parameters = parameters
    this.lr = lr
    this.#moments = new Map(
      parameters.flatMap((parameter, i) => moments.map((name) => [`${i}.${name}`, zerosLike(parameter)])),
    )
  }

  /** Takes one step: assigns new values to the parameters, given their gradients in the same order. */
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
          () =>
            `optimizer: expected gradient ${i} to be ${format(shape)}, as its parameter is, got ${format(gradient.shape)}`,
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

  /** Takes one step down a loss: computes its gradients, and updates the parameters. */
  minimize(loss: LossParts): void {
    checkFields('optimizer', 'loss', loss, partsRules)
    this.step(this.gradientsOf(loss))
  }

  /** Returns the gradients of a loss that `step` takes, in the order of the parameters. */
  protected abstract gradientsOf(loss: LossParts): readonly Gradient[]

  /** Returns the tensors of a gradient, each with its parameter's shape. */
  protected tensorsOf(gradient: Gradient): readonly Tensor[] {
    check('optimizer', 'each gradient', gradient, tensorRule)
    return gradient instanceof Tensor ? [gradient] : []
  }

  /** Returns the update rule of this step: the new value from a parameter, its gradient and its moments. */
  protected abstract updates(): (
    parameter: Tensor,
    gradient: Gradient,
    moment: (name: string) => Variable,
  ) => Tensor

  /** Makes a number of this step an input of the plan. */
  protected input(value: number): Tensor {
    return tensor(value, { dtype: promote(...this.parameters.map(({ dtype }) => dtype)) })
  }

  /** Returns the moments, for `realize`; the parameters belong to their module. */
  state(): Iterable<Variable> {
    return this.#moments.values()
  }

  /** Returns the state from which training can resume: `step`, and the moments as INDEX.NAME, with PyTorch's names. */
  stateDict(): StateDict {
    return new Map<string, Tensor>([['step', tensor(this.steps, { dtype: 'int32' })], ...this.#moments])
  }

  /** Restores a saved state. Throws an error that names the differences if it does not fit. */
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

/** Returns the gradient of the loss plus weightDecay · ‖p‖² / 2: g + weightDecay · p. */
export function decayed(gradient: Tensor, parameter: Tensor, weightDecay: number): Tensor {
  return weightDecay === 0 ? gradient : add(gradient, multiply(parameter, weightDecay))
}
