import type { Command } from 'commander'
import type { Catalogue } from '../train/catalogue/catalogue.ts'
import {
  type RunRecipe,
  readRecipe,
  recipeOfRun,
  resolveRunRecipe,
  type Settings,
  type WrittenRecipe,
} from '../train/index.ts'
import { defaultsFor } from '../train/recipes/defaults.ts'
import { demandSameSettings } from '../train/runFolder/sameRun.ts'
import { openCatalogue, type TrainingOptions } from './options.ts'
import { seedFolder } from './seeds.ts'

/** The path in a recipe that each option sets. */
const recipePaths: Readonly<Record<string, string>> = {
  module: 'module',
  dataset: 'dataset',
  data: 'data',
  model: 'student.model',
  method: 'method.name',
  teacher: 'teacher.model',
  teacherWeights: 'teacher.weights',
  epochs: 'training.epochs',
  batchSize: 'training.batchSize',
  dropLast: 'training.dropLast',
  lr: 'training.lr',
  dot: 'training.dot',
  validation: 'validation',
  limit: 'limit',
  seed: 'seed',
}

interface Options extends Pick<TrainingOptions, 'dataset' | 'module' | 'out' | 'resume' | 'seeds'> {
  readonly recipe?: string
  readonly set: Settings
}

/**
 * Returns the recipe of a command line. Precedence, lowest first: `--recipe` or the data set's default recipe, `--set`, other
 * options. With `--resume` it is the recipe of the existing run, if there is one; throws if a given setting differs from it.
 */
export async function recipeOf(command: Command): Promise<RunRecipe> {
  const { recipe, set, ...options } = command.opts<Options>()
  const settings = { ...set, ...givenOptions(command) }
  const { module } = options
  const catalogue = await openCatalogue(options)
  const begun = recipe === undefined ? await begunRun(options) : undefined
  if (begun !== undefined) {
    const found = resolveRunRecipe(begun.recipe)
    // Images and modules may have been moved; their contents are compared once they have been read.
    const { data = found.data, module = found.module, ...others } = settings
    demandSameSettings(begun.folder, found, others)
    return resolveRunRecipe(begun.recipe, { data, module })
  }
  const { dataset = options.dataset } = settings
  const written =
    recipe === undefined ? usualRecipe(catalogue, `${dataset}`) : await readRecipe(recipe, module)
  return resolveRunRecipe(written, settings)
}

/** Returns the run to resume, if there is one; with several seeds, the first that exists. */
async function begunRun({ out, resume, module, seeds = [] }: Omit<Options, 'set'>) {
  if (!resume || out === undefined) return undefined
  for (const folder of [out, ...seeds.map((seed) => seedFolder(out, seed))]) {
    const recipe = await recipeOfRun(folder, module)
    if (recipe !== undefined) return { folder, recipe }
  }
  return undefined
}

/** Options that belong in a recipe and were given explicitly, not by default. */
function givenOptions(command: Command): Settings {
  const given = Object.keys(recipePaths).filter((option) =>
    ['cli', 'env'].includes(command.getOptionValueSource(option) ?? ''),
  )
  return Object.fromEntries(given.map((option) => [recipePaths[option], command.getOptionValue(option)]))
}

function usualRecipe({ datasets, modules }: Catalogue, dataset: string): WrittenRecipe {
  const { teacher, student, epochs, batchSize, lr } = defaultsFor(datasets.named(dataset))
  return {
    module: modules.map(({ path }) => path),
    dataset,
    teacher: { model: teacher },
    student: { model: student },
    method: { name: 'alone' },
    training: { epochs, batchSize, lr },
  }
}
