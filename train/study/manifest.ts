import { createHash } from 'node:crypto'
import { resolve } from 'node:path'
import { z } from 'zod'
import {
  anObject,
  arrayOf,
  check,
  checkExactly,
  checkFields,
  path as pathRule,
  text as textRule,
  whole,
} from '../../base/arguments.ts'
import { demand, InvalidInputError } from '../../base/errors.ts'
import { readText } from '../../base/files/regularFile.ts'
import { demandFittingAt, objectOf } from '../../base/files/schemaMistakes.ts'
import { catalogueOf } from '../catalogue/catalogue.ts'
import { loadModules } from '../catalogue/modules.ts'
import { type RunRecipe, resolveRunRecipe, type WrittenRecipe } from '../recipes/index.ts'
import { checkRunRecipe, modulesIn } from '../recipes/runRecipe.ts'
import { writtenRecipeIn } from '../recipes/schema.ts'

/** One run of a study: a line of a manifest. */
export interface PlannedRun {
  /** Hash of the rest of the line, see `idOf`. */
  readonly id: string
  /** Label of the pair of networks in the study. */
  readonly pair: string
  /** Label of the method in the study. */
  readonly method: string
  /** The run folder. */
  readonly folder: string
  /** The recipe, which determines the run. */
  readonly recipe: RunRecipe
}

/** Throws unless every element is a planned run. */
export function checkPlannedRuns(operation: string, runs: readonly PlannedRun[]): void {
  check(operation, 'runs', runs, arrayOf(anObject))
  for (const run of runs) checkPlannedRun(operation, run)
}

export function checkPlannedRun(operation: string, run: PlannedRun): void {
  checkExactly(operation, 'run', run, {
    id: textRule,
    pair: textRule,
    method: textRule,
    folder: pathRule,
    recipe: anObject,
  })
  checkRunRecipe(operation, run.recipe, 'run.recipe')
}

/** The unparsed lines of a manifest. */
export interface Manifest {
  readonly path: string
  readonly lines: readonly string[]
}

/** A line without its id. */
type PlannedLine = Omit<PlannedRun, 'id' | 'recipe'> & { readonly recipe: WrittenRecipe }

/** Returns the id of a planned run, twelve hexadecimal digits of a hash that does not depend on the order of keys. */
export function idOf({ pair, method, folder, recipe }: PlannedLine): string {
  const line = canonical({ pair, method, folder, recipe })
  return createHash('sha256').update(line).digest('hex').slice(0, 12)
}

/** Serialises a value as JSON with sorted keys, so that texts are equal exactly if values are. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part) =>
    isPlain(part) ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1))) : part,
  )
}

/** Serialises runs as a manifest, one JSON object per line. */
export function manifestText(runs: readonly PlannedRun[]): string {
  checkPlannedRuns('manifestText', runs)
  return runs.map((run) => `${JSON.stringify(run)}\n`).join('')
}

/** Reads the lines of a manifest, and loads the modules of their recipes. Throws if it cannot be read or is empty. */
export async function readManifest(path: string): Promise<Manifest> {
  check('readManifest', 'path', path, pathRule)
  const text = await readText(path)
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  demand(lines.length > 0, () => `${path}: expected a run on each line, but the file is empty`)
  await loadModules([...new Set(lines.flatMap((line) => modulesOfLine(line)))])
  return { path, lines }
}

/**
 * Returns the run on a line, counted from 0; other lines may be damaged. Throws if the line does not match its id, because a
 * line edited by hand is a different run.
 */
export function plannedRunAt(manifest: Manifest, index: number): PlannedRun {
  checkManifest('plannedRunAt', manifest)
  check('plannedRunAt', 'index', index, whole(0))
  const { path, lines } = manifest
  demand(
    index < lines.length,
    () => `index: ${path} has ${lines.length} runs, 0 to ${lines.length - 1}, but the index is ${index}`,
  )
  return plannedRun(lines[index], `${path}: line ${index + 1}`)
}

/** Returns the runs on all lines. Throws if a line does not match its id, or if two lines are the same run. */
export function plannedRuns(manifest: Manifest): PlannedRun[] {
  checkManifest('plannedRuns', manifest)
  const runs = manifest.lines.map((_, index) => plannedRunAt(manifest, index))
  demandDistinct(runs, `${manifest.path} contains a line twice`)
  return runs
}

function checkManifest(operation: string, manifest: Manifest): void {
  checkFields(operation, 'manifest', manifest, { path: textRule, lines: arrayOf(textRule) })
}

/** Throws, with this advice, if two runs share a folder, or if two runs of a pair of networks have the same recipe. */
export function demandDistinct(runs: readonly PlannedRun[], advice: string): void {
  for (const [, { length, 0: run }] of Map.groupBy(runs, ({ folder }) => resolve(folder))) {
    demand(length === 1, () => `${run.folder}: expected one run for each folder, got ${length}: ${advice}`)
  }
  for (const [, [first, second]] of Map.groupBy(runs, ({ pair, recipe }) => `${pair} ${canonical(recipe)}`)) {
    demand(
      second === undefined,
      () => `${first.folder} and ${second.folder} are the same run: ${second.method} is ${first.method}`,
    )
  }
}

const text = z.string('a text').min(1, 'a text')

function writtenLineIn(modules: readonly string[]) {
  const recipe = writtenRecipeIn(catalogueOf(modules))
  return objectOf({ id: text, pair: text, method: text, folder: text, recipe })
}

/** The modules of a line, none if it is damaged: the error is for those who want the line. */
function modulesOfLine(line: string): readonly string[] {
  try {
    return modulesIn(JSON.parse(line)?.recipe)
  } catch {
    return []
  }
}

function plannedRun(line: string, location: string): PlannedRun {
  const value = parsed(line, location)
  const written = demandFittingAt(location, value, writtenLineIn(modulesOfLine(line)))
  const actual = idOf(written)
  demand(
    written.id === actual,
    () =>
      `${location}: expected the id ${actual}, got ${written.id}: the line was changed after "study plan"`,
  )
  return { ...written, recipe: located(location, () => resolveRunRecipe(written.recipe)) }
}

function parsed(line: string, location: string): unknown {
  try {
    return JSON.parse(line)
  } catch (error) {
    throw new InvalidInputError(`${location}: expected JSON (${(error as Error).message})`)
  }
}

/** Runs `read`, and prefixes the message of its error with the location. */
function located<Result>(location: string, read: () => Result): Result {
  try {
    return read()
  } catch (error) {
    if (error instanceof InvalidInputError)
      throw new InvalidInputError(`${location}: ${error.message}`, { cause: error })
    throw error
  }
}

function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
