import type { Given } from '../../base/arguments.ts'
import { demand } from '../../base/errors.ts'
import type { Hyperparameters } from '../loop/hyperparameters.ts'
import type { Settings } from '../recipes/resolve.ts'
import type { RunRecipe } from '../recipes/runRecipe.ts'

/**
 * Throws if a folder's configuration differs in anything that determines the result. The machine and the description of the method may differ;
 * `demandSameNumerics` compares the parts of it that determine bits.
 */
export function demandSameRun(path: string, earlier: object, config: object): void {
  const [before, now] = [earlier, config].map((value) => {
    const { environment, numerics, about, recipe, ...deciding } = JSON.parse(JSON.stringify(value))
    return { ...deciding, recipe: spelledOut(recipe) }
  })
  demandUnchanged(path, changesBetween(before, now))
}

/** Throws if settings, by path in a recipe (`training.lr`), differ from those with which the run began. */
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

/** Inserts the default of `dropLast`, which is omitted if it is false, see `Hyperparameters`. */
function spelledOut(training: Given<Hyperparameters>): Given<Hyperparameters> {
  return { dropLast: false, ...training }
}

function demandUnchanged(path: string, changes: readonly string[]): void {
  demand(changes.length === 0, () => `${path}: this folder belongs to another run: ${changes.join('; ')}`)
}

/** Describes all differences between two values, down to single values in nested objects. */
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
