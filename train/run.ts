import { join } from 'node:path'
import { type Dataset, Loader } from '../datasets/index.ts'
import { streamKey } from '../engine/index.ts'
import { createModel, type Network } from '../nn/index.ts'
import type { Environment } from './environment.ts'
import { NonFiniteLossError } from './errors.ts'
import { fingerprintOf } from './fingerprint.ts'
import type { Observer } from './observer.ts'
import { distillerFor, type Recipe } from './recipe.ts'
import { RunFolder, type RunResult } from './runFolder.ts'
import { type History, type Survival, train } from './train.ts'
import { restoreWeights } from './weights.ts'

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
  /** Options of the method other than those published. */
  readonly options?: object
  /** Where the method needs one. */
  readonly teacher?: Teacher
  readonly recipe: Recipe
  /** Names the initial weights, the order of the images and what is drawn for each. */
  readonly seed: number
  /** At most this many training images. Default all. */
  readonly limit?: number
  readonly environment: Environment
  readonly observer?: Observer
  /** Go on with the run that was begun in the folder, if there is one. Default false: the folder must be new or empty. */
  readonly resume?: boolean
  /** How often there is a checkpoint. Default every 5 minutes. */
  readonly saveEvery?: Pick<Survival, 'everySteps' | 'everyMinutes'>
  /** See `Training`. */
  readonly signal?: AbortSignal
}

/** A run that has ended. */
export interface FinishedRun extends RunResult {
  readonly network: Network
}

/**
 * Trains a new network as the run says; everything lands in its folder. With `resume`, a run that was cut short goes on
 * from its newest checkpoint, and one that had ended gives its result again.
 */
export async function run(run: Run): Promise<FinishedRun> {
  const { dataset, model, recipe, seed, limit, resume = false } = run
  const { batchSize } = recipe
  const network = newNetwork(model, dataset, seed)
  const augment = dataset.augmentation
  const trainingImages = new Loader(dataset.train, { batchSize, shuffle: true, seed, augment, limit })
  const config = configOf(run, trainingImages.length)
  const folder = await (resume ? RunFolder.reopen(run.folder, config) : RunFolder.create(run.folder, config))
  try {
    const known = await folder.result()
    if (known !== undefined) {
      await restoreWeights(network, join(run.folder, 'last.safetensors'))
      return { network, ...known }
    }
    const { last, best } = await trainInto(folder, network, trainingImages, run)
    const result = { last, best, fingerprint: await fingerprintOf(network) }
    await folder.finish(result)
    return { network, ...result }
  } finally {
    await folder.close()
  }
}

async function trainInto(
  folder: RunFolder,
  network: Network,
  trainingImages: Loader,
  { dataset, method, options, teacher, recipe, seed, observer, saveEvery, signal }: Run,
): Promise<History> {
  try {
    return await train({
      network,
      distiller: distillerFor(method, recipe, options),
      teacher: teacher?.network,
      seed: streamKey(seed, 'method', method)[0],
      recipe,
      trainingImages,
      testImages: testLoader(dataset, recipe.batchSize),
      observers: [folder, ...(observer ? [observer] : [])],
      survival: { checkpoints: folder.checkpoints, ...(saveEvery ?? { everyMinutes: 5 }) },
      signal,
    })
  } catch (error) {
    if (error instanceof NonFiniteLossError) error.message += ` and lie in ${folder.path}`
    throw error
  }
}

/**
 * A network of this name for the images and classes of a data set. Its initial weights depend on the seed and on its
 * name: a teacher and its student have layers of the same names, but must not start from the same numbers.
 */
export function newNetwork(model: string, { train, classNames }: Dataset, seed = 0): Network {
  const [ownSeed] = streamKey(seed, model)
  return createModel(model, { channels: train.images.shape[1], classes: classNames.length, seed: ownSeed })
}

/** A teacher with the weights in a file. */
export async function loadTeacher(dataset: Dataset, model: string, weights: string): Promise<Teacher> {
  const network = newNetwork(model, dataset)
  await restoreWeights(network, weights)
  return { model, network, source: weights }
}

/** The test images of a data set in batches, in order and as they are. */
export function testLoader({ test }: Dataset, batchSize: number): Loader {
  return new Loader(test, { batchSize })
}

function configOf(run: Run, trainingImages: number): object {
  const { dataset, model, method, options, teacher, recipe, seed, environment } = run
  const { augmentation, classNames, test } = dataset
  return {
    model,
    method: { name: method, ...distillerFor(method, recipe, options).options },
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
