import type { Loader } from '../datasets/index.ts'
import { demand } from '../engine/errors.ts'
import { type Optimizer, SGD } from '../nn/index.ts'
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
 * Throws `NonFiniteLossError` at the first loss that is NaN or infinite. Whatever stops a training early, the network
 * then has the last weights known to be good: those after the last epoch whose losses, in every step and on the test
 * images, were finite.
 */
export async function train(training: Training): Promise<History> {
  const { network, recipe, trainingImages, observers = [] } = training
  demandTeacher(training)
  const { lr, momentum, weightDecay } = recipe
  const optimizer = new SGD(network.parameters(), { lr, momentum, weightDecay })
  const lrOf = scheduleOf(recipe)
  const extent = {
    epochs: recipe.epochs,
    steps: trainingImages.batchesPerEpoch,
    images: trainingImages.length,
  }
  const epochs: EpochMetrics[] = []
  let best: EpochMetrics | undefined
  let weights = await copyWeights(network)
  for (const observer of observers) await observer.started?.(extent, weights)
  try {
    for (let epoch = 1; epoch <= recipe.epochs; epoch++) {
      optimizer.lr = lrOf(epoch)
      const metrics = await trainEpoch(training, optimizer, epoch)
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
  return { epochs, last: epochs.at(-1)!, best: best! }
}

async function trainEpoch(training: Training, optimizer: Optimizer, epoch: number): Promise<EpochMetrics> {
  const { network, teacher, trainingImages, testImages, observers = [] } = training
  const steps = trainingImages.batchesPerEpoch
  const averages = new Averages()
  let guardedRows = 0
  let step = 0
  const start = performance.now()
  network.train()
  teacher?.evaluate()
  for (const batch of trainingImages.epoch(epoch - 1)) {
    const { guardedRows: guarded = 0, ...means } = await takeStep(training, optimizer, batch, epoch)
    const place = { epoch, step: ++step, steps }
    demandFinite('training loss', means.loss, place)
    averages.add(means, batch.labels.length)
    guardedRows += guarded
    for (const observer of observers) observer.stepEnded?.({ ...place, images: batch.labels.length })
  }
  const trained = performance.now()
  const test = await evaluate(network, testImages)
  // The weights of the last step have been used for the first time now.
  demandFinite('test loss', test.loss, { epoch, step, steps })
  return {
    epoch,
    lr: optimizer.lr,
    train: averages.means(),
    guardedRows,
    test,
    seconds: (performance.now() - start) / 1000,
    imagesPerSecond: (1000 * trainingImages.length) / (trained - start),
  }
}

function demandTeacher({ distiller, teacher }: Pupil): void {
  demand(
    teacher !== undefined || !distiller.needsTeacher,
    () => `train: the method ${distiller.method} needs a teacher, got none`,
  )
}
