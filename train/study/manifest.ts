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
import { type RunRecipe, resolveRunRecipe, type WrittenRecipe } from '../recipes/index.ts'
import { checkRunRecipe } from '../recipes/runRecipe.ts'
import { writtenRecipe } from '../recipes/schema.ts'

/** One run of a study: a line of a manifest. */
export interface PlannedRun {
  /** Names all the rest of the line, see `idOf`. */
  readonly id: string
  /** What the pair of networks is called in the study. */
  readonly pair: string
  /** What the method is called in it. */
  readonly method: string
  /** Where the run goes. */
  readonly folder: string
  /** Everything that decides the run. */
  readonly recipe: RunRecipe
}

/** Throws unless every one is a planned run. */
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

/** The lines of a manifest as they are written, none of them understood yet. */
export interface Manifest {
  readonly path: string
  readonly lines: readonly string[]
}

/** What a line says beside its id. */
type PlannedLine = Omit<PlannedRun, 'id' | 'recipe'> & { readonly recipe: WrittenRecipe }

/** Twelve digits that name a planned run: two are the same exactly if their lines are, whatever the order of keys. */
export function idOf({ pair, method, folder, recipe }: PlannedLine): string {
  const line = canonical({ pair, method, folder, recipe })
  return createHash('sha256').update(line).digest('hex').slice(0, 12)
}

/** JSON with the keys of every object in alphabetical order: equal exactly for equal values. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part) =>
    isPlain(part) ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1))) : part,
  )
}

/** A manifest as text: each run as a JSON object on a line of its own. */
export function manifestText(runs: readonly PlannedRun[]): string {
  checkPlannedRuns('manifestText', runs)
  return runs.map((run) => `${JSON.stringify(run)}\n`).join('')
}

/** Reads the lines of a manifest. Throws where it cannot be read or is empty. */
export async function readManifest(path: string): Promise<Manifest> {
  check('readManifest', 'path', path, pathRule)
  const text = await readText(path)
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  demand(lines.length > 0, () => `${path}: expected a run on each line, but the file is empty`)
  return { path, lines }
}

/**
 * The run on a line, counted from 0; the other lines may be damaged. Throws where the line is not as it was planned: a
 * line that was changed by hand is another run.
 */
export function plannedRunAt(manifest: Manifest, index: number): PlannedRun {
  checkManifest('plannedRunAt', manifest)
  check('plannedRunAt', 'index', index, whole(0))
  const { path, lines } = manifest
  demand(
    index < lines.length,
    () => `index: ${path} holds ${lines.length} runs, 0 to ${lines.length - 1}, but the index is ${index}`,
  )
  return plannedRun(lines[index], `${path}: line ${index + 1}`)
}

/** The runs on all lines. Throws where a line is not as it was planned, or two lines are one run. */
export function plannedRuns(manifest: Manifest): PlannedRun[] {
  checkManifest('plannedRuns', manifest)
  const runs = manifest.lines.map((_, index) => plannedRunAt(manifest, index))
  demandDistinct(runs, `${manifest.path} holds a line twice`)
  return runs
}

function checkManifest(operation: string, manifest: Manifest): void {
  checkFields(operation, 'manifest', manifest, { path: textRule, lines: arrayOf(textRule) })
}

/** Throws, with this advice, where two runs have one folder, or one pair of networks is to be trained twice alike. */
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

const writtenLine = objectOf({ id: text, pair: text, method: text, folder: text, recipe: writtenRecipe })

function plannedRun(line: string, place: string): PlannedRun {
  const written = demandFittingAt(place, parsed(line, place), writtenLine)
  const actual = idOf(written)
  demand(
    written.id === actual,
    () =>
      `${place}: the id is ${written.id}, but that of the line is ${actual}: it was changed after "study plan"`,
  )
  return { ...written, recipe: placed(place, () => resolveRunRecipe(written.recipe)) }
}

function parsed(line: string, place: string): unknown {
  try {
    return JSON.parse(line)
  } catch (error) {
    throw new InvalidInputError(`${place}: expected JSON (${(error as Error).message})`)
  }
}

/** Runs `read`, and puts the place in front of what it complains about. */
function placed<Result>(place: string, read: () => Result): Result {
  try {
    return read()
  } catch (error) {
    if (error instanceof InvalidInputError)
      throw new InvalidInputError(`${place}: ${error.message}`, { cause: error })
    throw error
  }
}

function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
