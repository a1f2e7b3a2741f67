import { InvalidInputError } from '../../base/errors.ts'

/** The position of a step in a training. */
export interface StepPosition {
  /** Counted from 1. */
  readonly epoch: number
  /** Within the epoch, counted from 1. */
  readonly step: number
  /** Number of steps per epoch. */
  readonly steps: number
}

/**
 * Thrown when a loss is NaN or infinite, for example because the learning rate is too high. Its gradients would corrupt
 * every weight, so the training stops.
 */
export class NonFiniteLossError extends InvalidInputError {
  override name = 'NonFiniteLossError'
  readonly position: StepPosition

  constructor(message: string, position: StepPosition, options?: ErrorOptions) {
    super(message, options)
    this.position = position
  }
}

/** Thrown when a training has stopped on request. */
export class TrainingStopped extends Error {
  override name = 'TrainingStopped'
  readonly position: StepPosition

  constructor(message: string, position: StepPosition, options?: ErrorOptions) {
    super(message, options)
    this.position = position
  }
}
