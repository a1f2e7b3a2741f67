import { holdBack, Loader } from '../datasets/index.ts'
import { streamKey } from '../engine/index.ts'
import type { Distiller } from '../kd/index.ts'
import { networks } from '../nn/models/networks.ts'
import type { ModuleRecord } from './catalogue/modules.ts'
import { fingerprintOf, fingerprintOfSplit } from './fingerprint.ts'
import type { Training } from './loop/training.ts'
import { newNetwork, type Teacher } from './networks.ts'
import { currentNumerics } from './numerics.ts'
import type { RunRecipe } from './recipes/runRecipe.ts'
import { type RunConfig, roundedLogitsOf } from './runFolder/runConfig.ts'
import type { RunFolderOptions } from './runFolder/runFolder.ts'
import type { RunSettings } from './runOptions.ts'
import { demandLogitsSuffice, type Precision, type TeacherLogitsOptions } from './teacherLogits/index.ts'

/** The settings of a run whose network is given by name. */
type NamedSettings = RunSettings & { readonly model: string }

/** A run with every setting resolved and every file opened, ready to be carried out. */
export interface ResolvedRun extends RunFolderOptions {
  readonly allowOtherNumerics: boolean
  readonly classNames: readonly string[]
  /** The training, except what the folder and the teacher cache add. */
  readonly training: Omit<Training, 'teacherLogits' | 'survival'>
  /** How to cache the teacher's logits, if they are cached. */
  readonly logits?: TeacherLogitsOptions | undefined
  readonly saveEvery: NonNullable<RunSettings['saveEvery']>
}

/**
 * Resolves everything that a run needs, once: its network with initial weights, its images, the cache of its teacher's
 * logits, its recipe and its configuration. Throws if these do not fit together.
 */
export async function resolveRun(given: RunSettings, distiller: Distiller): Promise<ResolvedRun> {
  const { folder, dataset, teacher, hyperparameters, seed, resume = false, observer, signal } = given
  const model = networks.definitionOf(given.model)
  const teacherCache = given.teacherCache ?? (resume ? await roundedLogitsOf(folder) : undefined)
  const settings = { ...given, model: model.name, teacherCache }
  const images = imagesOf(settings)
  const logits = logitsOf(settings, distiller, images.trainingImages)
  return {
    folder,
    resume,
    allowOtherNumerics: given.allowOtherNumerics ?? false,
    saveEvery: given.saveEvery ?? { everyMinutes: 5 },
    recipe: recipeOf(settings, distiller),
    config: await configOf(settings, distiller, images.trainingImages.length, logits?.precision),
    classNames: dataset.classNames,
    training: {
      network: newNetwork(model, dataset, seed),
      method: distiller,
      teacher: teacher?.network,
      seed: streamKey(seed, 'method', distiller.method)[0],
      hyperparameters,
      ...images,
      observers: observer && [observer],
      signal,
    },
    logits,
  }
}

type Images = Pick<Training, 'trainingImages' | 'testImages' | 'validationImages'>

/** Returns the images for training, validation and testing. */
function imagesOf({ dataset, hyperparameters, seed, limit, validation }: NamedSettings): Images {
  const { train, test, augmentation: augment } = dataset
  const { batchSize, dropLast } = hyperparameters
  const parts = validation === undefined ? undefined : holdBack(train, validation, seed)
  const options = { batchSize, dropLast, shuffle: true, seed, augment, limit, among: parts?.rest }
  return {
    trainingImages: new Loader(train, options),
    testImages: new Loader(test, { batchSize }),
    validationImages: parts && new Loader(train, { batchSize, among: parts.heldBack }),
  }
}

/**
 * Returns how to cache the teacher's logits, or `undefined` if the run has no cache or needs no teacher. Throws for a method
 * that needs more of the teacher than its logits.
 */
function logitsOf(
  { teacher, teacherCache, observer, modules }: NamedSettings,
  distiller: Distiller,
  images: Loader,
): TeacherLogitsOptions | undefined {
  if (!teacher || !teacherCache || !distiller.needsTeacher) return undefined
  demandLogitsSuffice(distiller)
  return {
    ...teacherCache,
    teacher: identified(teacher, modules),
    images,
    warned: (message) => observer?.warned?.(message),
  }
}

/** The weights of a teacher do not tell what a module computes with them: its name in the cache has a hash of the modules. */
function identified(teacher: Teacher, modules: readonly ModuleRecord[] = []): Teacher {
  if (networks.find(teacher.model) !== undefined) return teacher
  const hashes = modules.map(({ sha256 }) => sha256.slice(0, 16))
  return { ...teacher, model: [teacher.model, ...hashes].join('-') }
}

/** Returns the recipe that repeats the run. */
function recipeOf(
  { dataset, model, teacher, hyperparameters, validation, limit, seed, modules }: NamedSettings,
  { method, options, needsTeacher }: Distiller,
): RunRecipe {
  return {
    dataset: dataset.name,
    data: dataset.data,
    module: modules && modules.length > 0 ? modules.map(({ path }) => path) : undefined,
    teacher: teacher && needsTeacher ? { model: teacher.model, weights: teacher.source } : undefined,
    student: { model },
    method: { name: method, ...options },
    training: hyperparameters,
    augmentation: dataset.augmentation,
    validation,
    limit: limit === Infinity ? undefined : limit,
    seed,
  }
}

async function configOf(
  given: NamedSettings,
  { method, options, description, paper }: Distiller,
  trainingImages: number,
  precision: Precision | undefined,
): Promise<RunConfig> {
  const { dataset, model, teacher, teacherCache, hyperparameters, validation, seed, environment } = given
  const { modules = [] } = given
  const { augmentation, classNames, train, test } = dataset
  return {
    model,
    method: { name: method, ...options },
    about: { description, paper },
    teacher: teacher && {
      model: teacher.model,
      source: teacher.source,
      fingerprint: await fingerprintOf(teacher.network),
      logits: precision === 'float16' ? 'float16' : undefined,
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
    recipe: hyperparameters,
    seed,
    numerics: [{ fromStep: 0, ...(await currentNumerics()), ...(modules.length > 0 && { modules }) }],
    environment: { ...environment, teacherCache },
  }
}
