import { InvalidInputError } from '../engine/errors.ts'

/** Where in a training something happened. */
export interface Place {
  /** Counted from 1. */
  readonly epoch: number
  /** In the epoch, counted from 1. */
  readonly step: number
  /** In an epoch. */
  readonly steps: number
}

/**
 * A loss that is NaN or infinite: the recipe does not suit the task, for example its learning rate. Nothing can be
 * learnt from such a loss, and the weights that gave it are lost. The network is left with the last weights that were
 * seen to be good.
 */
export class NonFiniteLossError extends InvalidInputError {
  override name = 'NonFiniteLossError'
  readonly place: Place
  /** The end of this epoch is where the network's weights come from; 0 for the initial ones. */
  readonly goodEpoch: number

  constructor(loss: 'training loss' | 'test loss', value: number, place: Place, goodEpoch: number) {
    super(
      `the ${loss} became ${value} in epoch ${place.epoch}, step ${place.step} of ${place.steps}; ` +
        `the last good weights are ${goodEpoch === 0 ? 'the initial ones' : `those after epoch ${goodEpoch}`}`,
    )
    this.place = place
    this.goodEpoch = goodEpoch
  }
}
