// The browser build of `thermograd/train`: everything that needs no file system.
export type { Distribution } from './loop/distribution.ts'
export { NonFiniteLossError, type StepPosition, TrainingStopped } from './loop/errors.ts'
export { type Evaluation, evaluate } from './loop/evaluate.ts'
export {
  distillerFor,
  type Hyperparameters,
  resolveHyperparameters,
  scheduleOf,
} from './loop/hyperparameters.ts'
export type { EpochEnd, EpochMetrics, Extent, Observer, StepEnd, TrainingStart } from './loop/observer.ts'
export { type Quantiles, quantilesOf } from './loop/quantiles.ts'
export { type History, train } from './loop/train.ts'
export type { Progress, Survival, Training } from './loop/training.ts'
