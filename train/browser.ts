// What pages get under the name of `thermograd/train`: all that needs no files.
export type { Distribution } from './distribution.ts'
export { NonFiniteLossError, type Place, TrainingStopped } from './errors.ts'
export { type Evaluation, evaluate } from './evaluate.ts'
export type { EpochEnd, EpochMetrics, Extent, Observer, StepEnd, TrainingStart } from './observer.ts'
export { type Quantiles, quantilesOf } from './quantiles.ts'
export { distillerFor, type Recipe, resolveRecipe, scheduleOf } from './recipe.ts'
export type { Pupil } from './step.ts'
export { type History, type Progress, type Survival, type Training, train } from './train.ts'
