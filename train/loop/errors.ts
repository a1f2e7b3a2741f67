import { InvalidInputError } from '../../engine/errors.ts'

/** A step of a training. */
export interface Place {
  /** Counted from 1. */
  readonly epoch: number
  /** In the epoch, counted from 1. */
  readonly step: number
  /** How many an epoch has. */
  readonly steps: number
}

type LossName = 'training loss' | 'test loss'

/**
 * A loss that is NaN or infinite: the recipe, for example its learning rate, does not suit the task. Its gradients
 * would spoil every weight, so the training stops.
 */
export class NonFiniteLossError extends InvalidInputError {
  override name = 'NonFiniteLossError'
  readonly place: Place

  /** `terms` are those of the loss that are not finite either. */
  constructor(loss: LossName, value: number, place: Place, terms: readonly string[] = []) {
    const { epoch, step, steps } = place
    const becauseOf = terms.length > 0 ? ` (not finite: ${terms.join(', ')})` : ''
    const weights = epoch === 1 ? 'the initial ones' : `those after epoch ${epoch - 1}`
    super(
      `the ${loss} became ${value} in epoch ${epoch}, step ${step} of ${steps}${becauseOf}; the last good weights are ${weights}`,
    )
    this.place = place
  }
}

/** Throws `NonFiniteLossError` for a loss that is no finite number, naming which of its terms are not, either. */
export function demandFinite(
  name: LossName,
  { loss, ...terms }: Readonly<Record<string, number>>,
  place: Place,
): void {
  if (Number.isFinite(loss)) return
  const notFinite = Object.keys(terms).filter((term) => !Number.isFinite(terms[term]))
  throw new NonFiniteLossError(name, loss, place, notFinite)
}

/** Somebody asked a training to stop, and it has. */
export class TrainingStopped extends Error {
  override name = 'TrainingStopped'
  readonly place: Place

  constructor(place: Place, isSaved: boolean) {
    const { epoch, step, steps } = place
    super(
      `stopped after step ${step} of ${steps} in epoch ${epoch}` +
        (isSaved ? '; the training can go on from there' : '; nothing is saved'),
    )
    this.place = place
  }
}
