import {
  aFunction,
  anObject,
  arrayOf,
  checkExactly,
  objectWith,
  optional,
  type Rules,
  seed,
} from '../../base/arguments.ts'
import type { Loader } from '../../datasets/index.ts'
import type { Distiller } from '../../kd/index.ts'
import type { AnyModule, Network } from '../../nn/index.ts'
import { networkRule } from '../../nn/models/network.ts'
import { moduleRule } from '../../nn/module.ts'
import { intervalRule, loaderRule, observerRule, signalRule } from '../arguments.ts'
import type { TeacherLogits } from '../teacherLogits/index.ts'
import type { Sums } from './averages.ts'
import type { Checkpoints } from './checkpoints.ts'
import { checkHyperparameters, type Hyperparameters } from './hyperparameters.ts'
import type { EpochMetrics, Observer } from './observer.ts'

/** A network, how it is trained, and on what. */
export interface Training {
  readonly network: Network
  /** How it is trained: by a teacher, or alone. */
  readonly distiller: Distiller
  /** Where the distiller needs one. It sees the same augmented images as the network, and never changes. */
  readonly teacher?: Network | undefined
  /** Where the teacher's logits are kept, for a method that needs nothing else of it. Default nowhere. */
  readonly teacherLogits?: TeacherLogits | undefined
  /** Other modules that the loss computes with, and that are not to be trained. Default none. */
  readonly frozen?: readonly AnyModule[] | undefined
  /** Names what the method draws. Default 0. */
  readonly seed?: number | undefined
  readonly hyperparameters: Hyperparameters
  readonly trainingImages: Loader
  readonly testImages: Loader
  /** Images held back from training, by which the best epoch is chosen. Default none: the test images choose it. */
  readonly validationImages?: Loader | undefined
  readonly observers?: readonly Observer[] | undefined
  /** Where the training saves what it needs to go on, and goes on from. Default nowhere. */
  readonly survival?: Survival | undefined
  /** When it is aborted, the step at hand is finished and saved, and the training stops with `TrainingStopped`. */
  readonly signal?: AbortSignal | undefined
}

/** Checkpoints, and how often there is one: whichever comes first. */
export interface Survival {
  readonly checkpoints: Checkpoints<Progress>
  readonly everySteps?: number | undefined
  readonly everyMinutes?: number | undefined
}

/** How far a training has come: what a checkpoint says beside its tensors. */
export interface Progress {
  /** The epoch that it is in, counted from 1. */
  readonly epoch: number
  /** Steps taken in it. */
  readonly step: number
  readonly averages: Sums
  readonly guardedRows: number
  /** Spent on it so far. */
  readonly seconds: number
  /** The epochs before. */
  readonly history: readonly EpochMetrics[]
}

/** What a method is for a training: one of the caller's own may lack the rest. */
const distillerRule = objectWith('a method, as distiller gives', { build: aFunction })

const rules: Rules<Training> = {
  network: networkRule,
  distiller: distillerRule,
  teacher: optional(networkRule),
  teacherLogits: optional(
    objectWith('the logits of a teacher, as TeacherLogits.open gives', { of: aFunction }),
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
  checkpoints: objectWith('checkpoints, as new Checkpoints gives', { save: aFunction, newest: aFunction }),
  everySteps: optional(intervalRule),
  everyMinutes: optional(intervalRule),
}

/** Throws unless the training has all that it needs, and nothing else. */
export function checkTraining(operation: string, training: Training): void {
  checkExactly(operation, 'training', training, rules)
  const { hyperparameters, survival } = training
  checkHyperparameters(operation, 'training.hyperparameters', hyperparameters)
  if (survival) checkExactly(operation, 'training.survival', survival, survivalRules)
}
