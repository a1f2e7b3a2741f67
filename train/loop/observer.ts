import type { StateDict } from '../../nn/index.ts'
import type { Distribution } from './distribution.ts'
import type { StepPosition } from './errors.ts'
import type { Evaluation } from './evaluate.ts'

/** What an epoch came to: a line of `metrics.jsonl`. */
export interface EpochMetrics {
  /** Counted from 1. */
  readonly epoch: number
  readonly lr: number
  /** Means over the images: `loss`, its terms by name and, of a distillation, its temperatures and sharpnesses. */
  readonly train: Readonly<Record<string, number>>
  /** Rows in which a guard stepped in for the formula of the temperatures. */
  readonly guardedRows: number
  readonly test: Evaluation
  /** On the images held back from training, if any were. */
  readonly validation?: Evaluation | undefined
  readonly distribution: Distribution
  /** Of training and evaluation. */
  readonly seconds: number
  /** Of training alone. */
  readonly imagesPerSecond: number
}

/** The extent of a training. */
export interface Extent {
  readonly epochs: number
  /** In an epoch. */
  readonly steps: number
  /** In an epoch. */
  readonly images: number
}

/** How a training starts, or goes on: the epoch that it is in, counted from 1, and the steps taken in it so far. */
export interface TrainingStart extends Extent {
  readonly epoch: number
  readonly step: number
  /** The epochs before. */
  readonly history: readonly EpochMetrics[]
  /** Copies of the weights after these epochs. */
  readonly weights: StateDict
  /** Whether it goes on from a checkpoint, and not from the beginning. */
  readonly isResumed: boolean
}

/** A step that was taken, with a finite loss. */
export interface StepEnd extends StepPosition {
  /** In the batch. */
  readonly images: number
}

/** An epoch that has ended with finite losses. */
export interface EpochEnd {
  readonly metrics: EpochMetrics
  /** Copies of the weights as they are now. */
  readonly weights: StateDict
  /** Whether no epoch before had a higher top-1, see `History.best`: of equal ones the later is the best, as in mdistiller. */
  readonly isBest: boolean
}

/** Follows a training, as a progress bar or a run folder does. The training awaits the promises it returns. */
export interface Observer {
  /** Before the first step. */
  started?(start: TrainingStart): void | Promise<void>
  /** Something that does not stop the training, in a sentence. */
  warned?(message: string): void
  stepEnded?(step: StepEnd): void
  epochEnded?(end: EpochEnd): void | Promise<void>
}
