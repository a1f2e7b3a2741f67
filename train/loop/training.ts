import {
  aFunction,
  anObject,
  arrayOf,
  checkExactly,
  either,
  objectWith,
  optional,
  type Rules,
  seed,
  text,
} from '../../base/arguments.ts'
import type { Loader } from '../../datasets/index.ts'
import type { Distiller, MethodDefinition, MethodOptions } from '../../kd/index.ts'
import type { AnyModule, Network } from '../../nn/index.ts'
import { networkRule } from '../../nn/models/network.ts'
import { moduleRule } from '../../nn/module.ts'
import { intervalRule, loaderRule, observerRule, signalRule } from '../arguments.ts'
import type { TeacherLogits } from '../teacherLogits/index.ts'
import type { Sums } from './averages.ts'
import type { Checkpoints } from './checkpoints.ts'
import { checkHyperparameters, type Hyperparameters } from './hyperparameters.ts'
import type { EpochMetrics, Observer } from './observer.ts'

/** A network, its training method and its data. */
export interface Training<Method extends string | MethodDefinition = string | MethodDefinition> {
  readonly network: Network
  /** The method: a distillation, or training alone. By name, definition, or with all options settled by `distiller`. */
  readonly method: Method | Distiller
  /** Options of the method that override its published ones, unless these are settled. */
  readonly options?: MethodOptions<Method> | undefined
  /** Required if the method needs one. It sees the same augmented images as the network, and never changes. */
  readonly teacher?: Network | undefined
  /** Cache of the teacher's logits, for a method that needs only these. Default: none. */
  readonly teacherLogits?: TeacherLogits | undefined
  /** Other modules that the loss uses and that are not trained. Default: none. */
  readonly frozen?: readonly AnyModule[] | undefined
  /** Seed of the method's random numbers. Default 0. */
  readonly seed?: number | undefined
  readonly hyperparameters: Hyperparameters
  readonly trainingImages: Loader
  readonly testImages: Loader
  /** Held-back images that choose the best epoch. Default: the test images choose it. */
  readonly validationImages?: Loader | undefined
  readonly observers?: readonly Observer[] | undefined
  /** Checkpoints from which the training can be continued. Default: none. */
  readonly survival?: Survival | undefined
  /** When aborted, the training finishes and saves the current step, then throws `TrainingStopped`. */
  readonly signal?: AbortSignal | undefined
}

/** Checkpoints, and how often to save one: at whichever interval ends first. */
export interface Survival {
  readonly checkpoints: Checkpoints<Progress>
  readonly everySteps?: number | undefined
  readonly everyMinutes?: number | undefined
}

/** The progress of a training, saved in a checkpoint in addition to its tensors. */
export interface Progress {
  /** Current epoch, counted from 1. */
  readonly epoch: number
  /** Steps taken in this epoch. */
  readonly step: number
  readonly averages: Sums
  readonly guardedRows: number
  /** Time spent on this epoch so far. */
  readonly seconds: number
  /** Metrics of the finished epochs. */
  readonly history: readonly EpochMetrics[]
}

const methodRule = either(
  text,
  objectWith('a method, as defineMethod or distiller returns', { build: aFunction }),
)

const rules: Rules<Training> = {
  network: networkRule,
  method: methodRule,
  options: optional(anObject),
  teacher: optional(networkRule),
  teacherLogits: optional(
    objectWith('the logits of a teacher, as TeacherLogits.open returns', { of: aFunction }),
  ),
  frozen: optional(arrayOf(moduleRule)),
  seed: optional(seed),
  hyperparameters: anObject,
  trainingImages: loaderRule,
  testImages: loaderRule,
  validationImages: optional(loaderRule),
  observers: optional(arrayOf(observerRule)),
  survival: optional(anObject),
  signal: optional(signalRule),
}

const survivalRules: Rules<Survival> = {
  checkpoints: objectWith('an instance of Checkpoints, or an object with its methods', {
    save: aFunction,
    newest: aFunction,
  }),
  everySteps: optional(intervalRule),
  everyMinutes: optional(intervalRule),
}

/** Throws unless the training has all required fields, and no unknown ones. */
export function checkTraining(operation: string, training: Training): void {
  checkExactly(operation, 'training', training, rules)
  const { hyperparameters, survival } = training
  checkHyperparameters(operation, 'training.hyperparameters', hyperparameters)
  if (survival) checkExactly(operation, 'training.survival', survival, survivalRules)
}
