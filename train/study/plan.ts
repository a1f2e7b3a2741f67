import { join } from 'node:path'
import { demandFitting } from '../../base/files/schemaMistakes.ts'
import { catalogueOf } from '../catalogue/catalogue.ts'
import { loadModules } from '../catalogue/modules.ts'
import { readRecipe, resolveRunRecipe, type Settings, type WrittenRecipe } from '../recipes/index.ts'
import { modulesIn } from '../recipes/runRecipe.ts'
import { demandDistinct, idOf, type PlannedRun } from './manifest.ts'
import { type WrittenStudy, writtenStudyIn } from './study.ts'

/**
 * Returns all runs of a study, ordered by seed so that the whole table fills evenly. Throws for a recipe that cannot be found
 * or does not suit a method, and for runs that cannot be distinguished.
 */
export async function planStudy(study: WrittenStudy): Promise<PlannedRun[]> {
  const listed = modulesIn(study)
  await loadModules(listed)
  const {
    out,
    pairs,
    methods,
    seeds,
    set = {},
  } = demandFitting('study', study, writtenStudyIn(catalogueOf(listed)))
  const modules = listed.length > 0 ? listed : undefined
  const cells: { pair: string; method: string; written: WrittenRecipe; settings: Settings }[] = []
  for (const given of pairs) {
    const { recipe, name } = typeof given === 'string' ? { recipe: given } : given
    const written = await readRecipe(recipe, modules)
    for (const method of methods) {
      const settings = { ...settingsIn(set), ...settingsOf(method) }
      cells.push({ pair: name ?? networksOf(written), method: labelOf(method), written, settings })
    }
  }
  const runs = seeds.flatMap((seed) =>
    cells.map(({ pair, method, written, settings }) => {
      const recipe = resolveRunRecipe(written, { ...settings, seed })
      const run = { pair, method, folder: join(out, pair, method, `seed${seed}`), recipe }
      return { id: idOf(run), ...run }
    }),
  )
  demandDistinct(runs, 'give pairs different names (name, recipe), and list each method and each seed once')
  return runs
}

function networksOf({ teacher, student }: WrittenRecipe): string {
  return [...(teacher ? [teacher.model] : []), student.model].join('-')
}

type WrittenMethod = WrittenStudy['methods'][number]

/** The label of a method: `kd`, or `dtkd,alpha=3` with options. */
function labelOf(given: WrittenMethod): string {
  if (typeof given === 'string') return given
  const { name, ...options } = given
  return [name, ...Object.entries(options).map(([option, value]) => `${option}=${value}`)].join()
}

function settingsOf(given: WrittenMethod): Settings {
  return settingsIn({ method: typeof given === 'string' ? { name: given } : given })
}

/** Flattens a part of a recipe to values by path, so that settings it does not mention stay unchanged. */
function settingsIn(part: object): Settings {
  return Object.fromEntries(
    Object.entries(part).flatMap(([key, value]) =>
      value !== null && typeof value === 'object' && !Array.isArray(value)
        ? Object.entries(value).map(([inner, given]) => [`${key}.${inner}`, given])
        : [[key, value]],
    ),
  )
}
