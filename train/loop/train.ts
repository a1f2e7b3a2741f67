import { anInstance, check } from '../../base/arguments.ts'
import { demand } from '../../base/errors.ts'
import type { Variable } from '../../engine/index.ts'
import { type Distiller, Method, type MethodDefinition } from '../../kd/index.ts'
import { DOT, type Minimizer, SGD, type StateDict } from '../../nn/index.ts'
import { Averages } from './averages.ts'
import { Examiner } from './distribution.ts'
import { type StepPosition, TrainingStopped } from './errors.ts'
import { evaluate } from './evaluate.ts'
import { distillerFor, type Hyperparameters, scheduleOf } from './hyperparameters.ts'
import { demandTrainableLastBatch } from './lastBatch.ts'
import { demandFinite } from './nonFinite.ts'
import type { EpochMetrics, Observer } from './observer.ts'
import { restoreParts, savedParts } from './savedParts.ts'
import { type Learner, takeStep, trainedBy } from './step.ts'
import { checkTraining, type Progress, type Training } from './training.ts'
import { copyWeights } from './weights.ts'

/** Result of a training. */
export interface History {
  readonly epochs: readonly EpochMetrics[]
  readonly last: EpochMetrics
  /**
   * The epoch of the highest top-1 on the validation images, or on the test images if there are no validation images, which
   * flatters the network. The last such epoch wins a tie.
   */
  readonly best: EpochMetrics
}

/**
 * Trains a network on the current executor and evaluates it after each epoch. With `survival`, an interrupted training
 * continues from its newest checkpoint, and ends with the same weights, bit for bit, as without the interruption.
 *
 * Throws `NonFiniteLossError` at the first loss that is NaN or infinite. If a training stops early for any reason, the network
 * gets its last good weights: those after the last epoch whose losses, in every step and on the test images, were finite.
 */
export async function train<Method extends string | MethodDefinition>(
  training: Training<Method>,
): Promise<History> {
  checkTraining('train', training)
  return new Session(training).run()
}

/** A running training. */
class Session {
  readonly #training: Training
  readonly #learner: Learner
  readonly #observers: readonly Observer[]
  readonly #examiner: Examiner
  /** The weights after the last good epoch, initially the initial ones. */
  #goodWeights: StateDict = new Map()
  #lastSave = { step: 0, time: performance.now() }

  constructor(training: Training) {
    this.#training = training
    this.#learner = learnerOf(training)
    this.#observers = training.observers ?? []
    demandTrainableLastBatch(this.#learner, training.trainingImages)
    this.#examiner = new Examiner(this.#learner, training.testImages)
  }

  async run(): Promise<History> {
    const { network, hyperparameters, trainingImages } = this.#training
    const lrOf = scheduleOf(hyperparameters)
    const resumed = await this.#resume()
    let progress = resumed ?? (await this.#begin())
    const { batchesPerEpoch: steps, imagesPerEpoch: images } = trainingImages
    const weights = this.#goodWeights
    const start = {
      ...progress,
      epochs: hyperparameters.epochs,
      steps,
      images,
      weights,
      isResumed: resumed !== undefined,
    }
    for (const observer of this.#observers) await observer.started?.(start)
    // There is a checkpoint from the start, so a missing one has been lost; and a full disk is noticed at once.
    if (resumed === undefined) await this.#save(progress)
    try {
      while (progress.epoch <= hyperparameters.epochs) {
        this.#learner.optimizer.lr = lrOf(progress.epoch)
        const metrics = await this.#epoch(progress)
        progress = beginningOf([...progress.history, metrics])
        this.#goodWeights = await copyWeights(network)
        const isBest = bestOf(progress.history) === metrics
        const weights = this.#goodWeights
        for (const observer of this.#observers) await observer.epochEnded?.({ metrics, weights, isBest })
        await this.#saveIfDue(progress)
      }
    } catch (error) {
      network.loadStateDict(this.#goodWeights)
      throw error
    }
    const epochs = progress.history
    return { epochs, last: epochs.at(-1)!, best: bestOf(epochs) }
  }

  async #begin(): Promise<Progress> {
    this.#goodWeights = await copyWeights(this.#training.network)
    return beginningOf([])
  }

  /** Restores the newest checkpoint, if there is one. */
  async #resume(): Promise<Progress | undefined> {
    const { checkpoint, warnings } = (await this.#training.survival?.checkpoints.newest()) ?? { warnings: [] }
    for (const observer of this.#observers) for (const warning of warnings) observer.warned?.(warning)
    if (checkpoint === undefined) return undefined
    this.#goodWeights = await restoreParts(checkpoint.tensors, this.#learner)
    return checkpoint.about
  }

  /** Trains for the rest of an epoch, then evaluates. */
  async #epoch(begun: Progress): Promise<EpochMetrics> {
    const { network, trainingImages, validationImages, signal } = this.#training
    const { epoch, history } = begun
    const steps = trainingImages.batchesPerEpoch
    const averages = new Averages(begun.averages)
    let { step, guardedRows } = begun
    const start = performance.now() - 1000 * begun.seconds
    const seconds = () => (performance.now() - start) / 1000
    network.train()
    for (const batch of trainingImages.epoch(epoch - 1, { startBatch: step })) {
      const scalars = await takeStep(this.#learner, batch, epoch)
      const { guardedRows: guarded = 0, ...means } = scalars
      const position = { epoch, step: ++step, steps }
      await demandFinite('training loss', means, position, this.#learner, this.#goodWeights)
      averages.add(means, batch.labels.length)
      guardedRows += guarded
      for (const observer of this.#observers)
        observer.stepEnded?.({ ...position, images: batch.labels.length })
      const progress = { epoch, step, averages: averages.state, guardedRows, seconds: seconds(), history }
      if (signal?.aborted) await this.#stop(progress, position)
      await this.#saveIfDue(progress)
    }
    const training = seconds()
    const { test, distribution } = await this.#examiner.examine(epoch)
    const validation = validationImages && (await evaluate(network, validationImages))
    // The evaluation was the first use of the weights after the last step.
    const position = { epoch, step, steps }
    await demandFinite('test loss', { loss: test.loss }, position, this.#learner, this.#goodWeights)
    return {
      epoch,
      lr: this.#learner.optimizer.lr,
      train: averages.means(),
      guardedRows,
      test,
      validation,
      distribution,
      seconds: seconds(),
      imagesPerSecond: trainingImages.imagesPerEpoch / training,
    }
  }

  async #saveIfDue(progress: Progress): Promise<void> {
    const { everySteps = Infinity, everyMinutes = Infinity } = this.#training.survival ?? {}
    const { step, time } = this.#lastSave
    const isDue =
      this.#learner.optimizer.steps - step >= everySteps || performance.now() - time >= 60_000 * everyMinutes
    if (isDue) await this.#save(progress)
  }

  async #save(progress: Progress): Promise<void> {
    const { steps: step } = this.#learner.optimizer
    const tensors = savedParts(this.#learner, this.#goodWeights)
    await this.#training.survival?.checkpoints.save({ step, tensors, about: progress })
    this.#lastSave = { step, time: performance.now() }
  }

  async #stop(progress: Progress, position: StepPosition): Promise<never> {
    await this.#save(progress)
    const { epoch, step, steps } = position
    const outcome = this.#training.survival ? 'the training can continue from there' : 'nothing was saved'
    throw new TrainingStopped(
      `stopped after step ${step} of ${steps} in epoch ${epoch}; ${outcome}`,
      position,
    )
  }
}

/** Returns the progress before the first step of an epoch. */
function beginningOf(history: readonly EpochMetrics[]): Progress {
  const averages = new Averages().state
  return { epoch: history.length + 1, step: 0, averages, guardedRows: 0, seconds: 0, history }
}

function bestOf(epochs: readonly EpochMetrics[]): EpochMetrics {
  const top1 = ({ validation, test }: EpochMetrics) => (validation ?? test).top1
  return epochs.reduce((best, metrics) => (top1(metrics) >= top1(best) ? metrics : best))
}

/** Builds the method for the network, and the optimizer of both. */
function learnerOf(training: Training): Learner {
  const { network, teacher, teacherLogits, frozen, seed, hyperparameters, trainingImages } = training
  const { split } = trainingImages
  const image = split.images.shape.slice(1)
  const method = settledMethod(training).build({
    student: network,
    teacher,
    image,
    trainingLabels: trainingImages.labels,
    seed,
  })
  check('train', 'the result of method.build', method, anInstance('a Method', Method))
  const trained = trainedBy({ network, method })
  return { network, method, optimizer: optimizerOf(hyperparameters, trained), teacher, teacherLogits, frozen }
}

/** Returns the method of a training with all its options. */
function settledMethod({ method, options, hyperparameters }: Training): Pick<Distiller, 'build'> {
  if (typeof method === 'string' || 'kind' in method) return distillerFor(method, hyperparameters, options)
  demand(options === undefined, () => 'train: expected no options: those of the given method are settled')
  return method
}

function optimizerOf(
  { lr, momentum, weightDecay, dot }: Hyperparameters,
  trained: readonly Variable[],
): Minimizer {
  return dot > 0
    ? new DOT(trained, { lr, momentum, weightDecay, delta: dot })
    : new SGD(trained, { lr, momentum, weightDecay })
}
