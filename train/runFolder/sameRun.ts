import type { Given } from '../../base/arguments.ts'
import { demand } from '../../base/errors.ts'
import type { Hyperparameters } from '../loop/hyperparameters.ts'
import type { Settings } from '../recipes/resolve.ts'
import type { RunRecipe } from '../recipes/runRecipe.ts'

/**
 * Everything that decides what is computed must be as it was. The machine may be another; what about it decides the bits of
 * the numbers is compared by `demandSameNumerics`.
 */
export function demandSameRun(path: string, earlier: object, config: object): void {
  const [before, now] = [earlier, config].map((value) => {
    const { environment, numerics, recipe, ...deciding } = JSON.parse(JSON.stringify(value))
    return { ...deciding, recipe: spelledOut(recipe) }
  })
  demandUnchanged(path, changesBetween(before, now))
}

/** The same for single values by their paths in a recipe, as `training.lr`: what the run began with. */
export function demandSameSettings(path: string, recipe: RunRecipe, settings: Settings): void {
  const begun = { ...recipe, training: spelledOut(recipe.training) }
  const changes = Object.entries(settings).map(([valuePath, value]) => {
    const before = valuePath
      .split('.')
      .reduce<unknown>((inner, key) => (isRecord(inner) ? inner[key] : undefined), begun)
    return changesBetween(before, value, valuePath)
  })
  demandUnchanged(path, changes.flat())
}

/** Hyperparameters with the default of the one field that is left out where it has it, see `Hyperparameters`. */
function spelledOut(training: Given<Hyperparameters>): Given<Hyperparameters> {
  return { dropLast: false, ...training }
}

function demandUnchanged(path: string, changes: readonly string[]): void {
  demand(changes.length === 0, () => `${path}: this folder is of another run: ${changes.join('; ')}`)
}

/** What is not the same, down to single values of objects in objects. */
export function changesBetween(before: unknown, now: unknown, name = ''): string[] {
  if (isRecord(before) && isRecord(now)) {
    return Object.keys({ ...before, ...now }).flatMap((key) =>
      changesBetween(before[key], now[key], name === '' ? key : `${name}.${key}`),
    )
  }
  const [was, is] = [before, now].map((value) => JSON.stringify(value) ?? 'not given')
  return was === is ? [] : [`${name} was ${was}, now ${is}`]
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
