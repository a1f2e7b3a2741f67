import Table from 'cli-table3'
import { Command } from 'commander'
import { distillerNames, type MethodName } from '../kd/index.ts'
import {
  publishedRecipe,
  publishedRecipeNames,
  readRecipe,
  recipeSchema,
  recipeText,
  resolveRunRecipe,
  type Settings,
  type WrittenRecipe,
} from '../train/index.ts'
import { jsonOption, type ModuleOptions, moduleOption, openCatalogue } from './options.ts'
import type { Output } from './output.ts'
import { writeResult } from './results.ts'
import { setOption } from './set.ts'

interface Format {
  readonly json?: boolean | undefined
}

interface ShowOptions extends Format, ModuleOptions {
  readonly method?: string
  readonly set: Settings
}

export function recipesCommand(output: Output): Command {
  const list = new Command('list')
    .summary('list the recipes that ship with thermograd')
    .description('Lists the recipes that ship with thermograd.')
    .addOption(jsonOption())
    .action((options: Format) => listRecipes(options, output))
  const show = new Command('show')
    .summary('print a recipe with every value filled in')
    .description('Prints a recipe in YAML with every value filled in, defaults included.')
    .argument('<name|file>', 'as for "thermograd train --recipe"')
    .option('--method <name>', `one of ${distillerNames.join(', ')}`)
    .addOption(moduleOption())
    .addOption(setOption('set any value of the recipe'))
    .addOption(jsonOption())
    .action((recipe: string, options: ShowOptions) => showRecipe(recipe, options, output))
  const schema = new Command('schema')
    .summary('print the JSON Schema of recipes, for editors')
    .description('Prints the JSON Schema of recipes, for editors.')
    .addOption(moduleOption())
    .action(async (options: ModuleOptions) => {
      await openCatalogue(options)
      output.stdout.write(`${JSON.stringify(recipeSchema(options.module), undefined, 2)}\n`)
    })
  return new Command('recipes')
    .summary('list the published recipes, or print one')
    .description(
      'A recipe is a YAML file that determines a run; it is passed to "thermograd train --recipe".',
    )
    .addCommand(list, { isDefault: true })
    .addCommand(show)
    .addCommand(schema)
}

async function showRecipe(nameOrFile: string, options: ShowOptions, output: Output): Promise<void> {
  const { method, set, module } = options
  const written = await readRecipe(nameOrFile, module)
  const recipe = resolveRunRecipe(written, { ...set, ...(method && { 'method.name': method }) })
  writeResult(output, options, { recipe }, recipeText(recipe).trimEnd())
}

async function listRecipes(options: Format, output: Output): Promise<void> {
  const names = await publishedRecipeNames()
  const recipes = await Promise.all(names.map(async (name) => ({ name, ...(await publishedRecipe(name)) })))
  const text = `${recipeTable(recipes)}\n${aboutTable}`
  writeResult(output, options, { recipes, methods: distillerNames }, text)
}

const aboutTable =
  `NAME/METHOD is a recipe with a method: any of ${distillerNames.join(', ')}.\n` +
  'The table shows the options that depend on the pair; see "thermograd methods" for all others.'

/** One row per recipe; one column per method with pair-specific options, shared by methods whose options are the same. */
function recipeTable(recipes: readonly (WrittenRecipe & { name: string })[]): string {
  const methods = distillerNames.filter((method) => recipes.some((recipe) => recipe.methods?.[method]))
  const cellsOf = (method: MethodName) =>
    recipes.map((recipe) => settingsText(recipe.methods?.[method] ?? {}))
  const columns = [...Map.groupBy(methods, (method) => cellsOf(method).join())].map(([, alike]) => alike)
  const table = new Table({
    head: ['teacher-student', 'lr', ...columns.map((alike) => alike.join('\n'))],
    style: { head: [], border: [], compact: true },
  })
  for (const [row, { name, training }] of recipes.entries()) {
    table.push([name, `${training?.lr}`, ...columns.map(([method]) => cellsOf(method)[row])])
  }
  return table.toString()
}

/** The symbols of options in formulas. */
const symbols: Readonly<Record<string, string>> = { alpha: 'α', beta: 'β', referenceTemperature: 'τ' }

function settingsText(options: Readonly<Record<string, unknown>>): string {
  return Object.entries(options)
    .map(([name, value]) => `${symbols[name] ?? name} ${value}`)
    .join(', ')
}
