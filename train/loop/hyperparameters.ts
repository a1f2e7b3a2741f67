import {
  anObject,
  arrayOf,
  check,
  checkExactly,
  checkOptions,
  count,
  type Given,
  notNegative,
  optional,
  probability,
  type Rules,
  truth,
  whole,
} from '../../base/arguments.ts'
import { demand } from '../../base/errors.ts'
import {
  type Distiller,
  definitionOf,
  distiller,
  type MethodDefinition,
  type MethodOptions,
  type NameOf,
} from '../../kd/index.ts'
import { scaleEpochs } from '../../kd/options.ts'
import { multiStep, type Schedule } from '../../nn/index.ts'

/** Hyperparameters of stochastic gradient descent with a learning rate that decays at milestones. */
export interface Hyperparameters {
  readonly epochs: number
  /** Images per step. */
  readonly batchSize: number
  /** Drop the last batch of an epoch if it is smaller than the others. Default false, for which the field is omitted. */
  readonly dropLast?: boolean
  /** Learning rate of the first epoch. */
  readonly lr: number
  readonly momentum: number
  readonly weightDecay: number
  /** Epochs after which the learning rate is multiplied by `lrDecay`. */
  readonly milestones: readonly number[]
  readonly lrDecay: number
  /** Δ of the distillation-oriented trainer, see `DOT`. Default 0: plain SGD. */
  readonly dot: number
}

export const hyperparameterRules: Rules<Hyperparameters> = {
  epochs: count,
  batchSize: count,
  dropLast: truth,
  lr: notNegative,
  momentum: probability,
  weightDecay: notNegative,
  milestones: arrayOf(whole(0)),
  lrDecay: notNegative,
  dot: notNegative,
}

/** Throws unless the hyperparameters are complete, as `resolveHyperparameters` returns them. */
export function checkHyperparameters(
  operation: string,
  name: string,
  hyperparameters: Hyperparameters,
): void {
  checkExactly(operation, name, hyperparameters, { ...hyperparameterRules, dropLast: optional(truth) })
}

/** The common values of DTKD's CIFAR-100 configurations. Networks with depthwise convolutions use `lr` 0.01 instead. */
export const publishedHyperparameters: Hyperparameters = {
  epochs: 240,
  batchSize: 64,
  lr: 0.05,
  momentum: 0.9,
  weightDecay: 5e-4,
  milestones: [150, 180, 210],
  lrDecay: 0.1,
  dot: 0,
}

/**
 * Returns the published hyperparameters, overridden by those given. Unless milestones are given, they scale with the number of
 * epochs, so a shorter or longer training keeps its proportions.
 */
export function resolveHyperparameters(given: Given<Hyperparameters> = {}): Hyperparameters {
  checkOptions('hyperparameters', given, hyperparameterRules)
  const { dropLast = false, ...others } = given
  const set = Object.fromEntries(Object.entries(others).filter(([, value]) => value !== undefined))
  const milestones = milestonesIn(given.epochs ?? publishedHyperparameters.epochs, publishedHyperparameters)
  const hyperparameters: Hyperparameters = {
    ...publishedHyperparameters,
    milestones,
    ...set,
    ...(dropLast && { dropLast }),
  }
  const { dot, momentum } = hyperparameters
  demand(
    dot <= momentum,
    () => `hyperparameters: expected dot to be a number from 0 to ${momentum}, the momentum, got ${dot}`,
  )
  return hyperparameters
}

/** Scales the milestones of a training to another number of epochs. */
export function milestonesIn(
  epochs: number,
  training: Pick<Hyperparameters, 'epochs' | 'milestones'>,
): number[] {
  return training.milestones.map((epoch) => Math.round((epoch * epochs) / training.epochs))
}

/** Returns the learning rate as a function of the epoch, counted from 1. */
export function scheduleOf(hyperparameters: Hyperparameters): Schedule {
  checkHyperparameters('scheduleOf', 'hyperparameters', hyperparameters)
  const { lr, milestones, lrDecay } = hyperparameters
  return multiStep(lr, milestones, lrDecay)
}

/**
 * Returns a method, by name or by its own definition, with its published options except those given. Defaults in scaled
 * epochs keep their share of the training, as the milestones do.
 */
export function distillerFor<Method extends string | MethodDefinition>(
  method: Method,
  hyperparameters: Hyperparameters,
  given?: MethodOptions<Method>,
): Distiller<NameOf<Method>>
export function distillerFor(
  method: string | MethodDefinition,
  hyperparameters: Hyperparameters,
  given: object = {},
): Distiller {
  checkHyperparameters('distillerFor', 'hyperparameters', hyperparameters)
  check('distillerFor', 'given', given, anObject)
  const definition = definitionOf(method)
  const lengths = { epochs: hyperparameters.epochs, before: publishedHyperparameters.epochs }
  const published = scaleEpochs(definition.options, distiller(definition).options, lengths)
  return distiller(definition, { ...published, ...given })
}
