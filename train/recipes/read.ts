import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { check, path as pathRule, text as textRule } from '../../base/arguments.ts'
import { demand } from '../../base/errors.ts'
import { readYaml, YamlFile } from '../../base/files/yaml.ts'
import { suggestionFor } from '../../base/suggestions.ts'
import { distillerNames, type MethodName } from '../../kd/index.ts'
import { isOfMdistiller, mdistillerConfiguration } from './mdistiller/index.ts'
import { publishedRecipe, publishedRecipeNames } from './published.ts'
import type { WrittenRecipe } from './runRecipe.ts'
import { writtenRecipe } from './schema.ts'

/**
 * Reads a recipe by name (`resnet56-resnet20`, or `resnet56-resnet20/dtkd` with a method) or from a YAML file: a recipe, such as
 * the `recipe.yaml` of a run, or an mdistiller configuration. Errors in a file are reported with line and column.
 */
export async function readRecipe(nameOrFile: string): Promise<WrittenRecipe> {
  check('readRecipe', 'nameOrFile', nameOrFile, pathRule)
  const names = await publishedRecipeNames()
  const [name, method, ...more] = nameOrFile.split('/')
  if (names.includes(name) && more.length === 0) {
    const recipe = await publishedRecipe(name)
    return method === undefined ? recipe : { ...recipe, method: { name: methodNamed(nameOrFile, method) } }
  }
  demand(
    existsSync(nameOrFile),
    () => `${nameOrFile}: there is no file or recipe of this name; ${suggestionFor(name, names)}`,
  )
  return recipeIn(await readYaml(nameOrFile))
}

/** Reads the recipe in a run folder; `undefined` if there is none. */
export async function recipeOfRun(folder: string): Promise<WrittenRecipe | undefined> {
  check('recipeOfRun', 'folder', folder, pathRule)
  const path = join(folder, 'recipe.yaml')
  return existsSync(path) ? recipeIn(await readYaml(path)) : undefined
}

/** Parses a recipe from the text of a file; errors begin with `source`. */
export function parseRecipe(text: string, source: string): WrittenRecipe {
  check('parseRecipe', 'text', text, textRule)
  check('parseRecipe', 'source', source, pathRule)
  return recipeIn(new YamlFile(text, source))
}

function recipeIn(file: YamlFile): WrittenRecipe {
  return file.as(isOfMdistiller(file.value) ? mdistillerConfiguration : writtenRecipe)
}

function methodNamed(recipe: string, name: string): MethodName {
  const method = distillerNames.find((known) => known === name)
  demand(
    method !== undefined,
    () => `${recipe}: there is no such method; ${suggestionFor(name, distillerNames)}`,
  )
  return method
}
