import type { StateDict } from '../../nn/index.ts'
import type { Distribution } from './distribution.ts'
import type { StepPosition } from './errors.ts'
import type { Evaluation } from './evaluate.ts'

/** Metrics of an epoch: a line of `metrics.jsonl`. */
export interface EpochMetrics {
  /** Counted from 1. */
  readonly epoch: number
  readonly lr: number
  /** Means over the images: `loss`, its terms by name and, for a distillation, its temperatures and sharpnesses. */
  readonly train: Readonly<Record<string, number>>
  /** Number of rows whose temperatures came from a guard, because their formula was undefined. */
  readonly guardedRows: number
  readonly test: Evaluation
  /** Evaluation on the held-back images, if there are any. */
  readonly validation?: Evaluation | undefined
  readonly distribution: Distribution
  /** Duration of training and evaluation. */
  readonly seconds: number
  /** Speed of training alone. */
  readonly imagesPerSecond: number
}

/** The extent of a training. */
export interface Extent {
  readonly epochs: number
  /** Steps per epoch. */
  readonly steps: number
  /** Images per epoch. */
  readonly images: number
}

/** The state in which a training starts or continues: its epoch, counted from 1, and the steps already taken in it. */
export interface TrainingStart extends Extent {
  readonly epoch: number
  readonly step: number
  /** Metrics of the finished epochs. */
  readonly history: readonly EpochMetrics[]
  /** Copies of the weights after those epochs. */
  readonly weights: StateDict
  /** Whether it continues from a checkpoint. */
  readonly isResumed: boolean
}

/** A finished step, with a finite loss. */
export interface StepEnd extends StepPosition {
  /** Number of images in the batch. */
  readonly images: number
}

/** A finished epoch, with finite losses. */
export interface EpochEnd {
  readonly metrics: EpochMetrics
  /** Copies of the weights after the epoch. */
  readonly weights: StateDict
  /** Whether this epoch is the best so far, see `History.best`. A later epoch wins a tie, as in mdistiller. */
  readonly isBest: boolean
}

/** Follows a training, as progress bars and run folders do. The training awaits the promises that it returns. */
export interface Observer {
  /** Called before the first step. */
  started?(start: TrainingStart): void | Promise<void>
  /** Called with a sentence about a problem that does not stop the training. */
  warned?(message: string): void
  stepEnded?(step: StepEnd): void
  epochEnded?(end: EpochEnd): void | Promise<void>
}
