import { type Dataset, Loader } from '../datasets/index.ts'
import { streamKey } from '../engine/index.ts'
import { createModel, type Network } from '../nn/index.ts'
import type { Environment } from './environment.ts'
import { NonFiniteLossError } from './errors.ts'
import type { Observer } from './observer.ts'
import { distillerFor, type Recipe } from './recipe.ts'
import { RunFolder } from './runFolder.ts'
import { type History, train } from './train.ts'

/** A network, how it came to be, and what it is called. */
export interface Teacher {
  readonly model: string
  readonly network: Network
  /** The file of its weights, or the folder of the run that trained it. */
  readonly source: string
}

/** Everything that decides a training. */
export interface Run {
  readonly folder: string
  readonly dataset: Dataset
  readonly model: string
  /** Out of kd's `distillerNames`. */
  readonly method: string
  /** Where the method needs one. */
  readonly teacher?: Teacher
  readonly recipe: Recipe
  /** Names the initial weights, the order of the images and what is drawn for each. */
  readonly seed: number
  /** At most this many training images. Default all. */
  readonly limit?: number
  readonly environment: Environment
  readonly observer?: Observer
}

/** Trains a new network as the run says; everything lands in its folder. */
export async function run(run: Run): Promise<{ network: Network; history: History }> {
  const { dataset, model, method, teacher, recipe, seed, limit, observer } = run
  const { batchSize } = recipe
  const network = newNetwork(model, dataset, seed)
  const distiller = distillerFor(method, recipe)
  const augment = dataset.augmentation
  const trainingImages = new Loader(dataset.train, { batchSize, shuffle: true, seed, augment, limit })
  const folder = await RunFolder.create(run.folder, configOf(run, trainingImages.length))
  const training = train({
    network,
    distiller,
    teacher: teacher?.network,
    recipe,
    trainingImages,
    testImages: testLoader(dataset, batchSize),
    observers: [folder, ...(observer ? [observer] : [])],
  })
  const history = await training.catch((error) => {
    if (error instanceof NonFiniteLossError) error.message += ` and lie in ${run.folder}`
    throw error
  })
  return { network, history }
}

/**
 * A network of this name for the images and classes of a data set. Its initial weights depend on the seed and on its
 * name: a teacher and its student have layers of the same names, but must not start from the same numbers.
 */
export function newNetwork(model: string, { train, classNames }: Dataset, seed = 0): Network {
  const [ownSeed] = streamKey(seed, model)
  return createModel(model, { channels: train.images.shape[1], classes: classNames.length, seed: ownSeed })
}

/** The test images of a data set in batches, in order and as they are. */
export function testLoader({ test }: Dataset, batchSize: number): Loader {
  return new Loader(test, { batchSize })
}

function configOf(run: Run, trainingImages: number): object {
  const { dataset, model, method, teacher, recipe, seed, environment } = run
  const { augmentation, classNames, test } = dataset
  return {
    model,
    method: { name: method, ...distillerFor(method, recipe).options },
    teacher: teacher && { model: teacher.model, source: teacher.source },
    dataset: {
      name: dataset.name,
      classes: classNames.length,
      trainingImages,
      testImages: test.labels.length,
      augmentation,
    },
    recipe,
    seed,
    environment,
  }
}
