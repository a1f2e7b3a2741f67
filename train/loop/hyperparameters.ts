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
  type MethodOptions,
  type NamedDefinition,
  type NameOf,
} from '../../kd/index.ts'
import { scaleEpochs } from '../../kd/options.ts'
import { multiStep, type Schedule } from '../../nn/index.ts'

/** How a network is trained, whatever its loss: stochastic gradient descent with a learning rate that falls in steps. */
export interface Hyperparameters {
  readonly epochs: number
  /** Images a step. */
  readonly batchSize: number
  /** Leave out the last batch of an epoch if it is smaller than the others. Default false, and then the field is left out. */
  readonly dropLast?: boolean
  /** Of the first epoch. */
  readonly lr: number
  readonly momentum: number
  readonly weightDecay: number
  /** After each of these epochs the learning rate is multiplied by `lrDecay`. */
  readonly milestones: readonly number[]
  readonly lrDecay: number
  /** Δ of the distillation-oriented trainer, see `DOT`; 0, the default, for plain SGD. */
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

/** Throws unless all hyperparameters are there, as `resolveHyperparameters` gives them. */
export function checkHyperparameters(
  operation: string,
  name: string,
  hyperparameters: Hyperparameters,
): void {
  checkExactly(operation, name, hyperparameters, { ...hyperparameterRules, dropLast: optional(truth) })
}

/** What DTKD's configurations for CIFAR-100 share, but for `lr`, which is 0.01 for networks of depthwise convolutions. */
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
 * The published hyperparameters but for those given. Where no milestones are, a shorter or longer training keeps its
 * proportions: the milestones move with the number of epochs.
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

/** The milestones of a training where it has another number of epochs: they keep its proportions. */
export function milestonesIn(
  epochs: number,
  training: Pick<Hyperparameters, 'epochs' | 'milestones'>,
): number[] {
  return training.milestones.map((epoch) => Math.round((epoch * epochs) / training.epochs))
}

/** The learning rate of each epoch, counted from 1. */
export function scheduleOf(hyperparameters: Hyperparameters): Schedule {
  checkHyperparameters('scheduleOf', 'hyperparameters', hyperparameters)
  const { lr, milestones, lrDecay } = hyperparameters
  return multiStep(lr, milestones, lrDecay)
}

/**
 * Returns a method, by name or by its own definition, with its published options except those given. Defaults in scaled
 * epochs keep their share of the training, as the milestones do.
 */
export function distillerFor<Method extends string | NamedDefinition>(
  method: Method,
  hyperparameters: Hyperparameters,
  given?: MethodOptions<Method>,
): Distiller<NameOf<Method>>
export function distillerFor(
  method: string | NamedDefinition,
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
