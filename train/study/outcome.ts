import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type RunRecipe, recipeOfRun, resolveRunRecipe } from '../recipes/index.ts'
import { resultIn } from '../runFolder/runFolder.ts'
import type { RunResult } from '../runFolder/runSchema.ts'
import { demandSameRun } from '../runFolder/sameRun.ts'
import { checkPlannedRun, type PlannedRun } from './manifest.ts'

/** The state of a planned run. */
export type Outcome =
  | { readonly state: 'missing' | 'unfinished' }
  | { readonly state: 'finished'; readonly result: RunResult }

/** Returns the state of a planned run from its folder. Throws if the folder belongs to another run. */
export async function outcomeOf(run: PlannedRun): Promise<Outcome> {
  checkPlannedRun('outcomeOf', run)
  const { folder, recipe } = run
  if (!existsSync(join(folder, 'config.json'))) return { state: 'missing' }
  const written = await recipeOfRun(folder)
  if (written !== undefined) {
    const found = resolveRunRecipe(written)
    demandSameRun(folder, found, settledAs(found, recipe))
  }
  const result = await resultIn(folder)
  return result === undefined ? { state: 'unfinished' } : { state: 'finished', result }
}

/** Fills in what a recipe leaves to the data set and to the folder of teachers with the values of a run. */
function settledAs({ module, augmentation, teacher }: RunRecipe, recipe: RunRecipe): RunRecipe {
  return {
    ...recipe,
    // The run itself compares the contents of its modules.
    module,
    augmentation: recipe.augmentation ?? augmentation,
    teacher: recipe.teacher && { weights: teacher?.weights, ...recipe.teacher },
  }
}
