import {
  anObject,
  arrayOf,
  checkExactly,
  checkOptions,
  count,
  either,
  objectWith,
  optional,
  path as pathRule,
  type Rules,
  seed as seedRule,
  text,
  truth,
} from '../base/arguments.ts'
import { checkDataset, limitRule } from '../datasets/arguments.ts'
import type { Dataset } from '../datasets/index.ts'
import type { MethodDefinition, MethodOptions } from '../kd/index.ts'
import type { NetworkDefinition } from '../nn/index.ts'
import { networkRule } from '../nn/models/network.ts'
import { intervalRule, observerRule, signalRule } from './arguments.ts'
import type { ModuleRecord } from './catalogue/modules.ts'
import { checkEnvironment, type Environment } from './environment.ts'
import { checkHyperparameters, type Hyperparameters } from './loop/hyperparameters.ts'
import type { Observer } from './loop/observer.ts'
import type { Survival } from './loop/training.ts'
import type { Teacher } from './networks.ts'
import { checkTeacherCache, type TeacherCache } from './teacherLogits/index.ts'

/** Settings common to a run and a comparison. */
export interface SharedSettings {
  /** The output folder. */
  readonly folder: string
  readonly dataset: Dataset
  /** Where to cache the teacher's logits. Default: they are not cached. Throws for methods that need more than logits. */
  readonly teacherCache?: TeacherCache | undefined
  /** Seed of the initial weights, the order of the images and their augmentation. */
  readonly seed: number
  /** Number of training images held back to choose the best epoch, drawn by the seed. Default: none. */
  readonly validation?: number | undefined
  /** Train on at most this many of the remaining images. Default: all. */
  readonly limit?: number | undefined
  readonly environment: Environment
  /** Continue the run in the folder, if there is one. Default false: the folder must be new or empty. */
  readonly resume?: boolean | undefined
  /** Continue even if this environment computes different bits; `config.json` records from which step. Default false. */
  readonly allowOtherNumerics?: boolean | undefined
  /** How often to save a checkpoint. Default: every 5 minutes. */
  readonly saveEvery?: Pick<Survival, 'everySteps' | 'everyMinutes'> | undefined
  /** See `Training`. */
  readonly signal?: AbortSignal | undefined
  /** The modules that define some of it, kept in the folder; see `openRecipe`. Default: none. */
  readonly modules?: readonly ModuleRecord[] | undefined
}

/** Everything that determines a training except its method. */
export interface RunSettings extends SharedSettings {
  /** The name or definition of a network. */
  readonly model: string | NetworkDefinition
  /** Required if the method needs one. */
  readonly teacher?: Teacher | undefined
  readonly hyperparameters: Hyperparameters
  readonly observer?: Observer | undefined
}

/** Everything that determines a training. */
export interface Run<Method extends string | MethodDefinition = string | MethodDefinition>
  extends RunSettings {
  /** A name from `distillerNames`, or a definition. */
  readonly method: Method
  /** Options that override the method's published ones. */
  readonly options?: MethodOptions<Method> | undefined
}

export const sharedRules: Rules<SharedSettings> = {
  folder: pathRule,
  dataset: anObject,
  teacherCache: optional(anObject),
  seed: seedRule,
  validation: optional(count),
  limit: optional(limitRule),
  environment: anObject,
  resume: optional(truth),
  allowOtherNumerics: optional(truth),
  saveEvery: optional(anObject),
  signal: optional(signalRule),
  modules: optional(arrayOf(objectWith('a module, { path, sha256 }', { path: pathRule, sha256: text }))),
}

/** Checks the nested objects of the settings. */
export function checkShared(operation: string, name: string, settings: SharedSettings): void {
  const { dataset, teacherCache, environment, saveEvery = {} } = settings
  checkDataset(operation, dataset)
  if (teacherCache) checkTeacherCache(operation, `${name}.teacherCache`, teacherCache)
  checkEnvironment(operation, `${name}.environment`, environment)
  checkOptions(`${operation}: ${name}.saveEvery`, saveEvery, {
    everySteps: intervalRule,
    everyMinutes: intervalRule,
  })
}

const runRules: Rules<Run> = {
  ...sharedRules,
  model: either(text, anObject),
  method: either(text, anObject),
  options: optional(anObject),
  teacher: optional(anObject),
  hyperparameters: anObject,
  observer: optional(observerRule),
}

/** Throws unless the run has all required fields, and no unknown ones. */
export function checkRun(given: Run): void {
  checkExactly('run', 'run', given, runRules)
  checkShared('run', 'run', given)
  checkHyperparameters('run', 'run.hyperparameters', given.hyperparameters)
  const teacherRules = { model: text, network: networkRule, source: text }
  if (given.teacher) checkExactly('run', 'run.teacher', given.teacher, teacherRules)
}
