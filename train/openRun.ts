import { anObject, checkOptions, path, type Rules } from '../base/arguments.ts'
import { demand } from '../base/errors.ts'
import { checkDataset } from '../datasets/arguments.ts'
import { type Dataset, openDataset } from '../datasets/index.ts'
import type { NetworkDefinition } from '../nn/index.ts'
import { catalogueOf } from './catalogue/catalogue.ts'
import { loadModules } from './catalogue/modules.ts'
import { loadTeacher, type Teacher } from './networks.ts'
import { checkRunRecipe, type RunRecipe } from './recipes/runRecipe.ts'
import type { Run } from './runOptions.ts'
import { teacherFile } from './teachers/index.ts'

/** Where to find the data set and teachers that a recipe names. */
export interface Sources {
  /** The data set, if it is already open. Default: opened as the recipe says. */
  readonly dataset?: Dataset
  /** A folder of teachers, used if the recipe names no weights; see `teacherFile`. */
  readonly teachers?: string | undefined
}

const sourceRules: Rules<Sources> = { dataset: anObject, teachers: path }

/** Opens the data set and the teacher of a recipe, and returns the part of a `Run` that the recipe determines. */
export async function openRecipe(
  recipe: RunRecipe,
  sources: Sources = {},
): Promise<Omit<Run, 'folder' | 'environment'>> {
  checkRunRecipe('openRecipe', recipe)
  checkOptions('openRecipe', sources, sourceRules)
  const { dataset: opened, teachers } = sources
  if (opened) checkDataset('openRecipe', opened)
  const { module = [], data, student, method, training, augmentation, validation, limit, seed } = recipe
  await loadModules(module)
  const { networks, methods, datasets, modules } = catalogueOf(module)
  const dataset = opened ?? (await openDataset(datasets.named(recipe.dataset), { data }))
  const { name, ...options } = method
  return {
    dataset: augmentation ? { ...dataset, augmentation } : dataset,
    model: networks.named(student.model),
    method: methods.named(name),
    modules,
    options,
    teacher:
      recipe.teacher && (await openTeacher(recipe, networks.named(recipe.teacher.model), dataset, teachers)),
    hyperparameters: training,
    validation,
    limit,
    seed,
  }
}

function openTeacher(
  { method, teacher }: RunRecipe,
  definition: NetworkDefinition,
  dataset: Dataset,
  teachers: string | undefined,
): Promise<Teacher> {
  const { name: model } = definition
  const file = teacher?.weights ?? (teachers && teacherFile(teachers, { dataset: dataset.name, model }))
  demand(
    file !== undefined,
    () =>
      `teacher.weights: the method ${method.name} needs a trained ${model}: give --teacher-weights or --teachers, or ` +
      'let "thermograd distill" train one',
  )
  return loadTeacher(dataset, definition, file)
}
