import type { Loader } from '../datasets/index.ts'
import { demand } from '../engine/errors.ts'
import { SGD } from '../nn/index.ts'
import { Averages } from './averages.ts'
import { demandFinite } from './errors.ts'
import { evaluate } from './evaluate.ts'
import type { EpochMetrics, Observer } from './observer.ts'
import { type Recipe, scheduleOf } from './recipe.ts'
import { type Pupil, takeStep } from './step.ts'
import { copyWeights } from './weights.ts'

export interface Training extends Pupil {
  readonly recipe: Recipe
  readonly trainingImages: Loader
  readonly testImages: Loader
  readonly observers?: readonly Observer[]
}

/** What a training came to. */
export interface History {
  readonly epochs: readonly EpochMetrics[]
  readonly last: EpochMetrics
  /** The epoch of the highest test top-1. The test images chose it, so it flatters the network. */
  readonly best: EpochMetrics
}

/**
 * Trains a network epoch after epoch and evaluates it after each, on the current executor.
 *
 * Throws `NonFiniteLossError` at the first loss that is NaN or infinite. Whatever stops the training early, the
 * network then has the last weights known to be good: those after the last epoch whose losses, in every step and on
 * the test images, were finite.
 */
export async function train(training: Training): Promise<History> {
  const { network, recipe, observers = [] } = training
  const pace = new Pace(training)
  const epochs: EpochMetrics[] = []
  let best: EpochMetrics | undefined
  let weights = await copyWeights(network)
  for (const observer of observers) await observer.started?.(pace.extent, weights)
  try {
    for (let epoch = 1; epoch <= recipe.epochs; epoch++) {
      const metrics = await pace.epoch(epoch)
      const isBest = best === undefined || metrics.test.top1 >= best.test.top1
      if (isBest) best = metrics
      epochs.push(metrics)
      weights = await copyWeights(network)
      for (const observer of observers) await observer.epochEnded?.({ metrics, weights, isBest })
    }
  } catch (error) {
    network.loadStateDict(weights)
    throw error
  }
}
