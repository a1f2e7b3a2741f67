import type { Command } from 'commander'
import {
  type RunRecipe,
  readRecipe,
  resolveRunRecipe,
  type Settings,
  type WrittenRecipe,
} from '../train/index.ts'
import { defaultsFor } from './defaults.ts'

/** Where in a recipe an option has its place. */
const places: Readonly<Record<string, string>> = {
  dataset: 'dataset',
  data: 'data',
  model: 'student.model',
  method: 'method.name',
  teacher: 'teacher.model',
  teacherWeights: 'teacher.weights',
  epochs: 'training.epochs',
  batchSize: 'training.batchSize',
  lr: 'training.lr',
  dot: 'training.dot',
  validation: 'validation',
  limit: 'limit',
  seed: 'seed',
}

/** What a command line asks for: its `--recipe`, or what its data set is distilled with; then `--set`; then its options. */
export async function recipeOf(command: Command): Promise<RunRecipe> {
  const { recipe, set, ...options } = command.opts<{ recipe?: string; dataset: string; set: Settings }>()
  const settings = { ...set, ...givenOptions(command) }
  const { dataset = options.dataset } = settings
  const written = recipe === undefined ? usualRecipe(`${dataset}`) : await readRecipe(recipe)
  return resolveRunRecipe(written, settings)
}

/** Options that have a place in a recipe and were given, which their defaults are not. */
function givenOptions(command: Command): Settings {
  const given = Object.keys(places).filter((option) =>
    ['cli', 'env'].includes(command.getOptionValueSource(option) ?? ''),
  )
  return Object.fromEntries(given.map((option) => [places[option], command.getOptionValue(option)]))
}

function usualRecipe(dataset: string): WrittenRecipe {
  const { teacher, student, epochs, batchSize, lr } = defaultsFor({ name: dataset })
  return {
    dataset,
    teacher: { model: teacher },
    student: { model: student },
    method: { name: 'alone' },
    training: { epochs, batchSize, lr },
  }
}
