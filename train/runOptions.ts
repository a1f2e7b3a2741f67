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
import type { Network } from '../nn/index.ts'
import { networkRule } from '../nn/models/network.ts'
import { intervalRule, observerRule, signalRule } from './arguments.ts'
import { checkRecipe, type Recipe } from './loop/hyperparameters.ts'
import type { Observer } from './loop/observer.ts'
import type { Survival } from './loop/training.ts'
import { checkEnvironment, type Environment } from './runFolder/environment.ts'
import { checkTeacherCache, type TeacherCache } from './teacherLogits/index.ts'

/** A network, how it came to be, and what it is called. */
export interface Teacher {
  readonly model: string
  readonly network: Network
  /** The file of its weights. */
  readonly source: string
}

/** Everything that decides a training. */
export interface Run {
  readonly folder: string
  readonly dataset: Dataset
  readonly model: string
  /** Out of kd's `distillerNames`. */
  readonly method: string
  /** Options of the method other than those published. */
  readonly options?: object
  /** Where the method needs one. */
  readonly teacher?: Teacher
  /** Where the teacher's logits are kept for other epochs and runs. Default nowhere. Throws where the method wants more. */
  readonly teacherCache?: TeacherCache
  readonly recipe: Recipe
  /** Names the initial weights, the order of the images and what is drawn for each. */
  readonly seed: number
  /** So many training images are held back, drawn by the seed: they choose the best epoch. Default none. */
  readonly validation?: number
  /** Train on at most this many of the others. Default all. */
  readonly limit?: number
  readonly environment: Environment
  readonly observer?: Observer
  /** Go on with the run that was begun in the folder, if there is one. Default false: the folder must be new or empty. */
  readonly resume?: boolean
  /** Go on also where what computes now gives other bits than what computed before: `config.json` then says from which step. */
  readonly allowOtherNumerics?: boolean
  /** How often there is a checkpoint. Default every 5 minutes. */
  readonly saveEvery?: Pick<Survival, 'everySteps' | 'everyMinutes'>
  /** See `Training`. */
  readonly signal?: AbortSignal
}

/** What a run and a comparison share. */
export type Habits = Pick<
  Run,
  | 'folder'
  | 'dataset'
  | 'teacherCache'
  | 'seed'
  | 'validation'
  | 'limit'
  | 'environment'
  | 'resume'
  | 'allowOtherNumerics'
  | 'saveEvery'
  | 'signal'
>

export const habitRules: Rules<Habits> = {
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
export function checkHabits(operation: string, name: string, habits: Habits): void {
  const { dataset, teacherCache, environment, saveEvery = {} } = habits
  checkDataset(operation, dataset)
  if (teacherCache) checkTeacherCache(operation, `${name}.teacherCache`, teacherCache)
  checkEnvironment(operation, `${name}.environment`, environment)
  checkOptions(`${operation}: ${name}.saveEvery`, saveEvery, {
    everySteps: intervalRule,
    everyMinutes: intervalRule,
  })
}

const runRules: Rules<Run> = {
  ...habitRules,
  model: text,
  method: text,
  options: optional(anObject),
  teacher: optional(anObject),
  recipe: anObject,
  observer: optional(observerRule),
}

/** Throws unless the run has all that it needs, and nothing else. */
export function checkRun(given: Run): void {
  checkExactly('run', 'run', given, runRules)
  checkHabits('run', 'run', given)
  checkRecipe('run', 'run.recipe', given.recipe)
  const teacherRules = { model: text, network: networkRule, source: text }
  if (given.teacher) checkExactly('run', 'run.teacher', given.teacher, teacherRules)
}
