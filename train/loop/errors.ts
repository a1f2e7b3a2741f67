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

export type LossName = 'training loss' | 'test loss'

/** Diagnosis of a non-finite loss. */
export interface Findings {
  /** The terms of the loss that are not finite. */
  readonly terms: readonly string[]
  /** Statements about the weights, for the message. */
  readonly weights: readonly string[]
}

/**
 * Thrown when a loss is NaN or infinite, for example because the learning rate is too high. Its gradients would corrupt
 * every weight, so the training stops.
 */
export class NonFiniteLossError extends InvalidInputError {
  override name = 'NonFiniteLossError'
  readonly position: StepPosition

  constructor(loss: LossName, value: number, position: StepPosition, { terms, weights }: Findings) {
    const { epoch, step, steps } = position
    const becauseOf = terms.length > 0 ? ` (not finite: ${terms.join(', ')})` : ''
    const lastGood = `the last good weights are ${epoch === 1 ? 'the initial ones' : `those after epoch ${epoch - 1}`}`
    const became = `the ${loss} became ${value} in epoch ${epoch}, step ${step} of ${steps}${becauseOf}`
    super([became, ...weights, lastGood].join('; '))
    this.position = position
  }
}

/** Thrown when a training has stopped on request. */
export class TrainingStopped extends Error {
  override name = 'TrainingStopped'
  readonly position: StepPosition

  constructor(position: StepPosition, isSaved: boolean) {
    const { epoch, step, steps } = position
    super(
      `stopped after step ${step} of ${steps} in epoch ${epoch}` +
        (isSaved ? '; the training can continue from there' : '; nothing was saved'),
    )
    this.position = position
  }
}
