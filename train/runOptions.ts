import {
  anObject,
  checkExactly,
  checkOptions,
  count,
  optional,
  path as pathRule,
  type Rules,
  seed as seedRule,
  text,
  truth,
} from '../base/arguments.ts'
import { checkDataset, limitRule } from '../datasets/arguments.ts'
import type { Dataset } from '../datasets/index.ts'
import { networkRule } from '../nn/models/network.ts'
import { intervalRule, observerRule, signalRule } from './arguments.ts'
import { checkEnvironment, type Environment } from './environment.ts'
import { checkHyperparameters, type Hyperparameters } from './loop/hyperparameters.ts'
import type { Observer } from './loop/observer.ts'
import type { Survival } from './loop/training.ts'
import type { Teacher } from './networks.ts'
import { checkTeacherCache, type TeacherCache } from './teacherLogits/index.ts'

/** What a run and a comparison of several are told alike. */
export interface SharedSettings {
  /** Where it goes. */
  readonly folder: string
  readonly dataset: Dataset
  /** Where the teacher's logits are kept for other epochs and runs. Default nowhere. Throws where the method wants more. */
  readonly teacherCache?: TeacherCache | undefined
  /** Names the initial weights, the order of the images and what is drawn for each. */
  readonly seed: number
  /** The number of training images held back, drawn by the seed, to choose the best epoch. Default: none. */
  readonly validation?: number | undefined
  /** Train on at most this many of the others. Default all. */
  readonly limit?: number | undefined
  readonly environment: Environment
  /** Go on with what was begun in the folder, if anything was. Default false: the folder must be new or empty. */
  readonly resume?: boolean | undefined
  /** Go on also where what computes now gives other bits than what computed before: `config.json` then says from which step. */
  readonly allowOtherNumerics?: boolean | undefined
  /** How often there is a checkpoint. Default every 5 minutes. */
  readonly saveEvery?: Pick<Survival, 'everySteps' | 'everyMinutes'> | undefined
  /** See `Training`. */
  readonly signal?: AbortSignal | undefined
}

/** Everything that decides a training but its method. */
export interface RunSettings extends SharedSettings {
  readonly model: string
  /** Where the method needs one. */
  readonly teacher?: Teacher | undefined
  readonly hyperparameters: Hyperparameters
  readonly observer?: Observer | undefined
}

/** Everything that decides a training. */
export interface Run extends RunSettings {
  /** Out of kd's `distillerNames`. */
  readonly method: string
  /** Options of the method other than those published. */
  readonly options?: object | undefined
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
}

/** Checks what is inside of them. */
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
  model: text,
  method: text,
  options: optional(anObject),
  teacher: optional(anObject),
  hyperparameters: anObject,
  observer: optional(observerRule),
}

/** Throws unless the run has all that it needs, and nothing else. */
export function checkRun(given: Run): void {
  checkExactly('run', 'run', given, runRules)
  checkShared('run', 'run', given)
  checkHyperparameters('run', 'run.hyperparameters', given.hyperparameters)
  const teacherRules = { model: text, network: networkRule, source: text }
  if (given.teacher) checkExactly('run', 'run.teacher', given.teacher, teacherRules)
}
