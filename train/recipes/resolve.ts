import { anObject, check } from '../../base/arguments.ts'
import { demand } from '../../base/errors.ts'
import { demandFitting } from '../../base/files/schemaMistakes.ts'
import { definitionOf, distillerNames } from '../../kd/index.ts'
import { scaleEpochs } from '../../kd/options.ts'
import {
  distillerFor,
  milestonesIn,
  publishedHyperparameters,
  resolveHyperparameters,
} from '../loop/hyperparameters.ts'
import type { RunRecipe, WrittenRecipe } from './runRecipe.ts'
import { writtenRecipe } from './schema.ts'

/** Values by path in a recipe, such as `training.lr`. */
export type Settings = Readonly<Record<string, unknown>>

/**
 * Applies settings to a written recipe and fills in published values for everything that it omits. A training of another
 * length keeps its proportions, as in `resolveHyperparameters`; a different method drops the options of the previous one.
 * Throws for an unknown path and for an invalid value, naming the path.
 */
export function resolveRunRecipe(written: WrittenRecipe, settings: Settings = {}): RunRecipe {
  check('resolveRunRecipe', 'settings', settings, anObject)
  const before = withMethod(demandFitting('recipe', written, writtenRecipe), settings)
  const { training: { epochs = publishedHyperparameters.epochs } = {} } = withSettings(before, settings)
  const after = withSettings(stretched(before, epochs), settings)
  const {
    dataset,
    data,
    teacher,
    student,
    method,
    methods,
    augmentation,
    validation,
    limit,
    seed = 0,
  } = after
  demand(
    method !== undefined,
    () =>
      `method.name: this recipe does not choose a method: expected one of ${distillerNames.join(', ')}, got nothing`,
  )
  const { name, ...given } = method
  const training = resolveHyperparameters(after.training)
  const { needsTeacher, options } = distillerFor(name, training, { ...methods?.[name], ...given })
  demand(!needsTeacher || teacher !== undefined, () => `teacher: the method ${name} needs one, got nothing`)
  return {
    dataset,
    data,
    teacher: needsTeacher ? teacher : undefined,
    student,
    method: { name, ...options },
    training,
    augmentation,
    validation,
    limit,
    seed,
  }
}

function withMethod(written: WrittenRecipe, settings: Settings): WrittenRecipe {
  const name = settings['method.name']
  return name === undefined || name === written.method?.name ? written : { ...written, method: undefined }
}

function withSettings(written: WrittenRecipe, settings: Settings): WrittenRecipe {
  const set = Object.entries(settings).reduce<unknown>(
    (recipe, [path, value]) => withValue(recipe, path.split('.'), value),
    written,
  )
  return demandFitting('recipe', set, writtenRecipe)
}

/** Returns a copy of the object with another value at a path. */
function withValue(object: unknown, [key, ...rest]: readonly string[], value: unknown): unknown {
  const before = object as Readonly<Record<string, unknown>> | undefined
  return { ...before, [key]: rest.length === 0 ? value : withValue(before?.[key], rest, value) }
}

/** Scales everything that is written in epochs to another number of epochs. */
function stretched(written: WrittenRecipe, epochs: number): WrittenRecipe {
  const { training = {}, method, methods } = written
  const { epochs: before = publishedHyperparameters.epochs, milestones } = training
  if (epochs === before) return written
  const scaled = <Options extends object>(name: string, options: Options): Options =>
    scaleEpochs(definitionOf(name).options, options, { epochs, before })
  return {
    ...written,
    training: {
      ...training,
      milestones: milestones && milestonesIn(epochs, { epochs: before, milestones }),
    },
    method: method && scaled(method.name, method),
    methods:
      methods &&
      Object.fromEntries(
        Object.entries(methods).map(([name, options = {}]) => [name, scaled(name, options)]),
      ),
  }
}
