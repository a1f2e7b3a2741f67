import {
  aNumber,
  anObject,
  arrayOf,
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
import type { OptionValue } from '../../kd/index.ts'
import { checkHyperparameters, type Hyperparameters } from '../loop/hyperparameters.ts'

/** Everything that determines a run except the machine, with every value filled in. */
export interface RunRecipe {
  /** Paths of modules that define networks, methods or data sets of one's own, see `loadModules`. */
  readonly module?: readonly string[] | undefined
  /** The name of a data set: one that `openDataset` accepts, or of a module. */
  readonly dataset: string
  /** Path of its images, unless they are bundled with thermograd. */
  readonly data?: string | undefined
  /** Omitted if the method needs none. */
  readonly teacher?:
    | {
        readonly model: string
        /** Path of its weights. */
        readonly weights?: string | undefined
      }
    | undefined
  readonly student: { readonly model: string }
  /** The method with all its options. */
  readonly method: NamedMethod
  readonly training: Hyperparameters
  /** Augmentation of the training images. Default: the data set's usual one. */
  readonly augmentation?: Augmentation | undefined
  /** Number of training images held back to choose the best epoch. Default: none; the test images choose it. */
  readonly validation?: number | undefined
  /** Use at most this many training images. Default: all. */
  readonly limit?: number | undefined
  /** Seed of the initial weights, the order of the images and their augmentation. */
  readonly seed: number
}

/** A recipe as written: omitted values take their defaults. */
export type WrittenRecipe = Pick<
  RunRecipe,
  'dataset' | 'data' | 'teacher' | 'student' | 'augmentation' | 'validation' | 'limit'
> & {
  readonly method?: NamedMethod | undefined
  /** Options by method name, of which a run uses those of its method. */
  readonly methods?: Readonly<Record<string, GivenOptions | undefined>> | undefined
  readonly training?: Given<Hyperparameters> | undefined
  /** One path or several. */
  readonly module?: string | readonly string[] | undefined
  readonly seed?: number | undefined
}

/** Options of a method. */
export type Options = Readonly<Record<string, OptionValue>>

/** Some options of a method. */
type GivenOptions = Readonly<Record<string, OptionValue | undefined>>

/** A method's name with options. */
export type NamedMethod = { readonly name: string } & Options

const recipeRules: Rules<RunRecipe> = {
  module: optional(arrayOf(path)),
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

/** Throws unless all values in the recipe have the right types. Names are looked up when the recipe is opened. */
export function checkRunRecipe(operation: string, recipe: RunRecipe, name = 'recipe'): void {
  checkExactly(operation, name, recipe, recipeRules)
  const { student, teacher, method, training, augmentation } = recipe
  checkExactly(operation, `${name}.student`, student, { model: text })
  if (teacher) checkExactly(operation, `${name}.teacher`, teacher, { model: text, weights: optional(path) })
  checkFields(operation, `${name}.method`, method, { name: text })
  checkHyperparameters(operation, `${name}.training`, training)
  if (augmentation) checkAugmentation(operation, augmentation)
}

/** The paths that `module` lists in a recipe or a study, neither of which has been checked yet. */
export function modulesIn(written: unknown): readonly string[] {
  const { module } = (written ?? {}) as { readonly module?: unknown }
  const listed: readonly unknown[] = module instanceof Array ? module : [module]
  return listed.filter((each): each is string => path.allows(each))
}
