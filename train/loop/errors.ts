import { InvalidInputError } from '../../base/errors.ts'

/** A step of a training. */
export interface StepPosition {
  /** Counted from 1. */
  readonly epoch: number
  /** In the epoch, counted from 1. */
  readonly step: number
  /** How many an epoch has. */
  readonly steps: number
}

export type LossName = 'training loss' | 'test loss'

/** What else is known of a loss that is not finite. */
export interface Findings {
  /** The terms of the loss that are not finite either. */
  readonly terms: readonly string[]
  /** What is true of the weights, in words. */
  readonly weights: readonly string[]
}

/**
 * A loss that is NaN or infinite: the recipe, for example its learning rate, does not suit the task. Its gradients
 * would spoil every weight, so the training stops.
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
        (isSaved ? '; the training can go on from there' : '; nothing is saved'),
    )
    this.position = position
  }
}
