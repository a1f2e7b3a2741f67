import { readdir } from 'node:fs/promises'
import module from 'node:module'
import { dirname, join } from 'node:path'
import { demand, describe } from '../../base/errors.ts'
import { readYaml } from '../../base/files/yaml.ts'
import { suggestionFor } from '../../base/suggestions.ts'
import { catalogueOf } from '../catalogue/catalogue.ts'
import type { WrittenRecipe } from './runRecipe.ts'
import { writtenRecipeIn } from './schema.ts'

/** Returns the folder of recipes, which the package has once, whether this module runs from source or from `dist/`. */
function folder(): string {
  return join(dirname(module.findPackageJSON(import.meta.url)!), 'train/recipes/published')
}

/** Returns the names of the bundled recipes, each TEACHER-STUDENT. */
export async function publishedRecipeNames(): Promise<string[]> {
  const files = await readdir(folder())
  const names = files.flatMap((file) => /^(.+)\.yaml$/.exec(file)?.[1] ?? [])
  return names.sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
}

/** Reads the bundled recipe of this name. Throws if there is none. */
export async function publishedRecipe(name: string): Promise<WrittenRecipe> {
  const names = await publishedRecipeNames()
  demand(
    names.includes(name),
    () => `publishedRecipe: there is no recipe ${describe(name)}; ${suggestionFor(String(name), names)}`,
  )
  return (await readYaml(join(folder(), `${name}.yaml`))).as(writtenRecipeIn(catalogueOf()))
}
