import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { arrayOf, check, optional, path as pathRule, text as textRule } from '../../base/arguments.ts'
import { demand } from '../../base/errors.ts'
import { readYaml, YamlFile } from '../../base/files/yaml.ts'
import { suggestionFor } from '../../base/suggestions.ts'
import { catalogueOf } from '../catalogue/catalogue.ts'
import { loadModules } from '../catalogue/modules.ts'
import { isOfMdistiller, mdistillerConfiguration } from './mdistiller/index.ts'
import { publishedRecipe, publishedRecipeNames } from './published.ts'
import { modulesIn, type WrittenRecipe } from './runRecipe.ts'
import { writtenRecipeIn } from './schema.ts'

/**
 * Reads a recipe by name (`resnet56-resnet20`, or `resnet56-resnet20/dtkd` with a method) or from a YAML file: a recipe, such as
 * the `recipe.yaml` of a run, or an mdistiller configuration. Loads its modules or, if given, other `modules` in their place.
 * Errors in a file are reported with line and column.
 */
export async function readRecipe(nameOrFile: string, modules?: readonly string[]): Promise<WrittenRecipe> {
  check('readRecipe', 'nameOrFile', nameOrFile, pathRule)
  checkModules('readRecipe', modules)
  const names = await publishedRecipeNames()
  const [name, method, ...more] = nameOrFile.split('/')
  if (names.includes(name) && more.length === 0) {
    await loadModules(modules ?? [])
    const recipe = { ...(await publishedRecipe(name)), ...(modules && { module: modules }) }
    return method === undefined
      ? recipe
      : { ...recipe, method: { name: methodNamed(nameOrFile, method, modules) } }
  }
  demand(
    existsSync(nameOrFile),
    () => `${nameOrFile}: there is no file or recipe of this name; ${suggestionFor(name, names)}`,
  )
  return readFrom(nameOrFile, modules)
}

/** Reads the recipe in a run folder, as `readRecipe` does; `undefined` if there is none. */
export async function recipeOfRun(
  folder: string,
  modules?: readonly string[],
): Promise<WrittenRecipe | undefined> {
  check('recipeOfRun', 'folder', folder, pathRule)
  checkModules('recipeOfRun', modules)
  const path = join(folder, 'recipe.yaml')
  return existsSync(path) ? readFrom(path, modules) : undefined
}

/** Parses a recipe from the text of a file; errors begin with `source`. Its modules must have been loaded. */
export function parseRecipe(text: string, source: string): WrittenRecipe {
  check('parseRecipe', 'text', text, textRule)
  check('parseRecipe', 'source', source, pathRule)
  return recipeIn(new YamlFile(text, source))
}

function checkModules(operation: string, modules: readonly string[] | undefined): void {
  check(operation, 'modules', modules, optional(arrayOf(pathRule)))
}

async function readFrom(path: string, modules: readonly string[] | undefined): Promise<WrittenRecipe> {
  const file = await readYaml(path)
  await loadModules(modules ?? modulesIn(file.value))
  return { ...recipeIn(file, modules), ...(modules && { module: modules }) }
}

function recipeIn(file: YamlFile, modules = modulesIn(file.value)): WrittenRecipe {
  return file.as(isOfMdistiller(file.value) ? mdistillerConfiguration : writtenRecipeIn(catalogueOf(modules)))
}

function methodNamed(recipe: string, name: string, modules: readonly string[] | undefined): string {
  const { methods } = catalogueOf(modules)
  demand(
    methods.find(name) !== undefined,
    () => `${recipe}: there is no such method; ${suggestionFor(name, methods.names)}`,
  )
  return name
}
