import {
  aNumber,
  anObject,
  checkExactly,
  checkFields,
  count,
  either,
  type Given,
  optional,
  path,
  type Rules,
  recordOf,
  seed,
  text,
  truth,
} from '../../base/arguments.ts'
import { checkAugmentation } from '../../datasets/arguments.ts'
import type { Augmentation } from '../../datasets/index.ts'
import type { MethodName, OptionValue } from '../../kd/index.ts'
import { checkHyperparameters, type Hyperparameters } from '../loop/hyperparameters.ts'

/** Everything that decides a run but the machine, with nothing left open. */
export interface RunRecipe {
  /** As `openDataset` takes it. */
  readonly dataset: string
  /** Where its images lie, if they do not ship with thermograd. */
  readonly data?: string | undefined
  /** Left out where the method needs none. */
  readonly teacher?:
    | {
        readonly model: string
        /** The file of its weights. */
        readonly weights?: string | undefined
      }
    | undefined
  readonly student: { readonly model: string }
  /** With every one of its options. */
  readonly method: NamedMethod
  readonly training: Hyperparameters
  /** What is drawn at random for a training image. Default: what the data set is usually trained with. */
  readonly augmentation?: Augmentation | undefined
  /** The number of training images held back to choose the best epoch. Default: none; the test images choose it. */
  readonly validation?: number | undefined
  /** At most this many training images. Default all. */
  readonly limit?: number | undefined
  /** Names the initial weights, the order of the images and what is drawn for each. */
  readonly seed: number
}

/** A recipe as people write it: open where it says nothing. */
export type WrittenRecipe = Pick<
  RunRecipe,
  'dataset' | 'data' | 'teacher' | 'student' | 'augmentation' | 'validation' | 'limit'
> & {
  readonly method?: NamedMethod | undefined
  /** Options for when the method is the one of this name. */
  readonly methods?: Readonly<Partial<Record<MethodName, Options>>> | undefined
  readonly training?: Given<Hyperparameters> | undefined
  readonly seed?: number | undefined
}

/** Options of a method. */
export type Options = Readonly<Record<string, OptionValue>>

/** A method by its name, and options of it. */
export type NamedMethod = { readonly name: MethodName } & Options

const recipeRules: Rules<RunRecipe> = {
  dataset: text,
  data: optional(path),
  teacher: optional(anObject),
  student: anObject,
  method: recordOf(either(text, aNumber, truth)),
  training: anObject,
  augmentation: optional(anObject),
  validation: optional(count),
  limit: optional(count),
  seed,
}

/** Throws unless everything in the recipe is of the right kind; what names stand for is looked up when it is opened. */
export function checkRunRecipe(operation: string, recipe: RunRecipe, name = 'recipe'): void {
  checkExactly(operation, name, recipe, recipeRules)
  const { student, teacher, method, training, augmentation } = recipe
  checkExactly(operation, `${name}.student`, student, { model: text })
  if (teacher) checkExactly(operation, `${name}.teacher`, teacher, { model: text, weights: optional(path) })
  checkFields(operation, `${name}.method`, method, { name: text })
  checkHyperparameters(operation, `${name}.training`, training)
  if (augmentation) checkAugmentation(operation, augmentation)
}
