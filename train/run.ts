import { join } from 'node:path'
import {
  arrayOf,
  check,
  checkFields,
  objectWith,
  path as pathRule,
  seed as seedRule,
  text,
  whole,
} from '../base/arguments.ts'
import { withCleanUp } from '../base/files/cleanUp.ts'
import { checkDataset } from '../datasets/arguments.ts'
import { type Dataset, holdBack, Loader } from '../datasets/index.ts'
import { streamKey } from '../engine/index.ts'
import type { Distiller } from '../kd/index.ts'
import { createModel, type Network } from '../nn/index.ts'
import { fingerprintOf, fingerprintOfSplit } from './fingerprint.ts'
import { confusionsOf } from './loop/confusions.ts'
import { NonFiniteLossError } from './loop/errors.ts'
import { distillerFor } from './loop/hyperparameters.ts'
import { type History, train } from './loop/train.ts'
import type { Training } from './loop/training.ts'
import { restoreWeights } from './loop/weights.ts'
import type { RunRecipe } from './recipes/runRecipe.ts'
import { currentNumerics } from './runFolder/numerics.ts'
import { type RunConfig, roundedLogitsOf } from './runFolder/runConfig.ts'
import { RunFolder, type RunResult } from './runFolder/runFolder.ts'
import { checkRun, type Run, type Teacher } from './runOptions.ts'
import { demandLogitsSuffice, type Kept, TeacherLogits } from './teacherLogits/index.ts'

/** A run that has ended. */
export interface FinishedRun extends RunResult {
  readonly network: Network
}

/**
 * Trains a new network as the run says; everything lands in its folder. With `resume`, a run that was cut short goes on
 * from its newest checkpoint, and one that had ended gives its result again.
 */
export async function run(given: Run): Promise<FinishedRun> {
  checkRun(given)
  const { dataset, model, seed, resume = false } = given
  const teacherCache = given.teacherCache ?? (resume ? await roundedLogitsOf(given.folder) : undefined)
  const run = { ...given, teacherCache }
  const network = newNetwork(model, dataset, seed)
  const images = imagesOf(run)
  const config = await configOf(run, images.trainingImages.length)
  const open = resume ? RunFolder.reopen : RunFolder.create
  const folder = await open(run.folder, config, recipeOf(run))
  return withCleanUp(
    () => runIn(folder, network, images, run),
    () => folder.close(),
  )
}

async function runIn(folder: RunFolder, network: Network, images: Images, run: Run): Promise<FinishedRun> {
  const known = await folder.result()
  if (known !== undefined) {
    await restoreWeights(network, join(folder.path, 'last.safetensors'))
    return { network, ...known }
  }
  if (!run.allowOtherNumerics) folder.demandSameNumerics()
  const { last, best } = await trainInto(folder, network, images, run)
  const bestOn = run.validation === undefined ? ('test' as const) : ('validation' as const)
  const result = { last, best, bestOn, fingerprint: await fingerprintOf(network) }
  await folder.finish(result, await confusionsOf(network, run.dataset, images.testImages))
  return { network, ...result }
}

type Images = Pick<Training, 'trainingImages' | 'testImages' | 'validationImages'>

/** The images to train on, those held back from them, and those to test on. */
function imagesOf({ dataset, recipe: { batchSize, dropLast }, seed, limit, validation }: Run): Images {
  const { train: split, augmentation: augment } = dataset
  const parts = validation === undefined ? undefined : holdBack(split, validation, seed)
  const options = { batchSize, dropLast, shuffle: true, seed, augment, limit, among: parts?.rest }
  return {
    trainingImages: new Loader(split, options),
    testImages: testLoader(dataset, batchSize),
    validationImages: parts && new Loader(split, { batchSize, among: parts.heldBack }),
  }
}

async function trainInto(folder: RunFolder, network: Network, images: Images, run: Run): Promise<History> {
  const { method, teacher, recipe, seed, observer, saveEvery, signal } = run
  const kept = keptLogits(run)
  const teacherLogits = kept && (await TeacherLogits.open({ ...kept, images: images.trainingImages }))
  try {
    return await train({
      network,
      distiller: distillerOf(run),
      teacher: teacher?.network,
      teacherLogits,
      seed: streamKey(seed, 'method', method)[0],
      recipe,
      ...images,
      observers: [folder, ...(observer ? [observer] : [])],
      survival: { checkpoints: folder.checkpoints, ...(saveEvery ?? { everyMinutes: 5 }) },
      signal,
    })
  } catch (error) {
    if (error instanceof NonFiniteLossError) error.message += ` and lie in ${folder.path}`
    throw error
  } finally {
    teacherLogits?.close()
  }
}

function distillerOf({ method, recipe, options }: Run): Distiller {
  return distillerFor(method, recipe, options)
}

/** Where to keep the teacher's logits, if anywhere. Throws for a method that needs more of the teacher. */
function keptLogits(run: Run): Omit<Kept, 'images'> | undefined {
  const { teacher, teacherCache, observer } = run
  const distiller = distillerOf(run)
  // A student that learns alone has no use for them.
  if (!teacher || !teacherCache || !distiller.needsTeacher) return undefined
  demandLogitsSuffice(distiller)
  return { ...teacherCache, teacher, warned: (message) => observer?.warned?.(message) }
}

/** As much of a split as decides a network. */
const splitRule = objectWith('a split of images [count, channels, height, width]', {
  images: objectWith('an ndarray', { shape: arrayOf(whole(0), 4) }),
})

/**
 * A network of this name for the images and classes of a data set. Its initial weights depend on the seed and on its
 * name: a teacher and its student have layers of the same names, but must not start from the same numbers.
 */
export function newNetwork(model: string, dataset: Dataset, seed = 0): Network {
  check('newNetwork', 'model', model, text)
  checkFields('newNetwork', 'dataset', dataset, { classNames: arrayOf(text), train: splitRule })
  check('newNetwork', 'seed', seed, seedRule)
  const { train, classNames } = dataset
  const [ownSeed] = streamKey(seed, model)
  return createModel(model, { channels: train.images.shape[1], classes: classNames.length, seed: ownSeed })
}

/** A teacher with the weights in a file. */
export async function loadTeacher(dataset: Dataset, model: string, weights: string): Promise<Teacher> {
  checkDataset('loadTeacher', dataset)
  check('loadTeacher', 'weights', weights, pathRule)
  const network = newNetwork(model, dataset)
  await restoreWeights(network, weights)
  return { model, network, source: weights }
}

/** The test images of a data set in batches, in order and as they are. */
export function testLoader({ test }: Dataset, batchSize: number): Loader {
  return new Loader(test, { batchSize })
}

/** The run as a recipe, by which it can be run again. */
export function recipeOf(run: Run): RunRecipe {
  const { dataset, model, teacher, recipe, validation, limit, seed } = run
  const { method, options, needsTeacher } = distillerOf(run)
  return {
    dataset: dataset.name,
    data: dataset.data,
    teacher: teacher && needsTeacher ? { model: teacher.model, weights: teacher.source } : undefined,
    student: { model },
    method: { name: method, ...options },
    training: recipe,
    augmentation: dataset.augmentation,
    validation,
    limit: limit === Infinity ? undefined : limit,
    seed,
  }
}

async function configOf(run: Run, trainingImages: number): Promise<RunConfig> {
  const { dataset, model, method, teacher, teacherCache, recipe, validation, seed, environment } = run
  const { augmentation, classNames, train, test } = dataset
  return {
    model,
    method: { name: method, ...distillerOf(run).options },
    teacher: teacher && {
      model: teacher.model,
      source: teacher.source,
      fingerprint: await fingerprintOf(teacher.network),
      logits: keptLogits(run)?.precision === 'float16' ? 'float16' : undefined,
    },
    dataset: {
      name: dataset.name,
      classes: classNames.length,
      trainingImages,
      validationImages: validation,
      testImages: test.labels.length,
      fingerprints: { training: fingerprintOfSplit(train), test: fingerprintOfSplit(test) },
      augmentation,
    },
    recipe,
    seed,
    numerics: [{ fromStep: 0, ...(await currentNumerics()) }],
    environment: { ...environment, teacherCache },
  }
}
