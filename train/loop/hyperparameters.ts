import {
  anObject,
  arrayOf,
  check,
  checkExactly,
  checkOptions,
  count,
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
export interface Recipe {
  readonly epochs: number
  /** Images a step. */
  readonly batchSize: number
  /** Leave out the last batch of an epoch if it is smaller than the others. Default false, and then the recipe has no such field. */
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

export const recipeRules: Rules<Recipe> = {
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

/** Throws unless this is a whole recipe, as `resolveRecipe` gives. */
export function checkRecipe(operation: string, name: string, recipe: Recipe): void {
  checkExactly(operation, name, recipe, { ...recipeRules, dropLast: optional(truth) })
}

/** What DTKD's configurations for CIFAR-100 share, but for `lr`, which is 0.01 for networks of depthwise convolutions. */
export const publishedTraining: Recipe = {
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
 * The published recipe but for what is given. Where no milestones are, a shorter or longer training keeps its
 * proportions: the milestones move with the number of epochs.
 */
export function resolveRecipe(given: Partial<Recipe> = {}): Recipe {
  checkOptions('recipe', given, recipeRules)
  const { dropLast = false, ...others } = given
  const set = Object.fromEntries(Object.entries(others).filter(([, value]) => value !== undefined))
  const milestones = milestonesIn(given.epochs ?? publishedTraining.epochs, publishedTraining)
  const recipe: Recipe = { ...publishedTraining, milestones, ...set, ...(dropLast && { dropLast }) }
  const { dot, momentum } = recipe
  demand(
    dot <= momentum,
    () => `recipe: expected dot to be a number from 0 to ${momentum}, the momentum, got ${dot}`,
  )
  return recipe
}

/** The milestones of a recipe where it has another number of epochs: they keep its proportions. */
export function milestonesIn(epochs: number, recipe: Pick<Recipe, 'epochs' | 'milestones'>): number[] {
  return recipe.milestones.map((epoch) => Math.round((epoch * epochs) / recipe.epochs))
}

/** The learning rate of each epoch, counted from 1. */
export function scheduleOf(recipe: Recipe): Schedule {
  checkRecipe('scheduleOf', 'recipe', recipe)
  const { lr, milestones, lrDecay } = recipe
  return multiStep(lr, milestones, lrDecay)
}

/**
 * A method, by name or a definition of one's own, with its published options but for those given. Defaults in scaled
 * epochs keep their share of the training, as the milestones do.
 */
export function distillerFor<Method extends string | NamedDefinition>(
  method: Method,
  recipe: Recipe,
  given?: MethodOptions<Method>,
): Distiller<NameOf<Method>>
export function distillerFor(
  method: string | NamedDefinition,
  recipe: Recipe,
  given: object = {},
): Distiller {
  checkRecipe('distillerFor', 'recipe', recipe)
  check('distillerFor', 'given', given, anObject)
  const definition = definitionOf(method)
  const lengths = { epochs: recipe.epochs, before: publishedTraining.epochs }
  const published = scaleEpochs(definition.options, distiller(definition).options, lengths)
  return distiller(definition, { ...published, ...given })
}
