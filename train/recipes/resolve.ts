import { anObject, check } from '../../base/arguments.ts'
import { demand } from '../../base/errors.ts'
import { demandFitting } from '../../base/files/schemaMistakes.ts'
import { scaleEpochs } from '../../kd/options.ts'
import { type Catalogue, catalogueOf } from '../catalogue/catalogue.ts'
import {
  distillerFor,
  milestonesIn,
  publishedHyperparameters,
  resolveHyperparameters,
} from '../loop/hyperparameters.ts'
import { modulesIn, type RunRecipe, type WrittenRecipe } from './runRecipe.ts'
import { writtenRecipeIn } from './schema.ts'

/** Values by path in a recipe, such as `training.lr`. */
export type Settings = Readonly<Record<string, unknown>>

/**
 * Applies settings to a written recipe and fills in published values for everything that it omits. A training of another
 * length keeps its proportions, as in `resolveHyperparameters`; a different method drops the options of the previous one.
 * Its modules must have been loaded. Throws for an unknown path and for an invalid value, naming the path.
 */
export function resolveRunRecipe(written: WrittenRecipe, settings: Settings = {}): RunRecipe {
  check('resolveRunRecipe', 'settings', settings, anObject)
  const modules = modulesIn(settings.module === undefined ? written : settings)
  const catalogue = catalogueOf(modules)
  const before = withMethod(demandFitting('recipe', written, writtenRecipeIn(catalogue)), settings)
  const { training: { epochs = publishedHyperparameters.epochs } = {} } = withSettings(
    before,
    settings,
    catalogue,
  )
  const after = withSettings(stretched(before, epochs, catalogue), settings, catalogue)
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
      `method.name: this recipe does not choose a method: expected one of ${catalogue.methods.names.join(', ')}, got nothing`,
  )
  const { name, ...given } = method
  const training = resolveHyperparameters(after.training)
  const { needsTeacher, options } = distillerFor(catalogue.methods.named(name), training, {
    ...methods?.[name],
    ...given,
  })
  demand(!needsTeacher || teacher !== undefined, () => `teacher: the method ${name} needs one, got nothing`)
  const known = <Named extends { readonly model: string }>(network: Named): Named => ({
    ...network,
    model: catalogue.networks.named(network.model).name,
  })
  return {
    dataset,
    data,
    module: modules.length > 0 ? modules : undefined,
    teacher: needsTeacher && teacher ? known(teacher) : undefined,
    student: known(student),
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

function withSettings(written: WrittenRecipe, settings: Settings, catalogue: Catalogue): WrittenRecipe {
  const set = Object.entries(settings).reduce<unknown>(
    (recipe, [path, value]) => withValue(recipe, path.split('.'), value),
    written,
  )
  return demandFitting('recipe', set, writtenRecipeIn(catalogue))
}

/** Returns a copy of the object with another value at a path. */
function withValue(object: unknown, [key, ...rest]: readonly string[], value: unknown): unknown {
  const before = object as Readonly<Record<string, unknown>> | undefined
  return { ...before, [key]: rest.length === 0 ? value : withValue(before?.[key], rest, value) }
}

/** Scales everything that is written in epochs to another number of epochs. */
function stretched(written: WrittenRecipe, epochs: number, catalogue: Catalogue): WrittenRecipe {
  const { training = {}, method, methods } = written
  const { epochs: before = publishedHyperparameters.epochs, milestones } = training
  if (epochs === before) return written
  const scaled = <Options extends object>(name: string, options: Options): Options =>
    scaleEpochs(catalogue.methods.named(name).options, options, { epochs, before })
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
