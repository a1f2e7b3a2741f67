import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { demand, InvalidInputError } from '../../engine/errors.ts'
import type { RunRecipe } from '../recipes/index.ts'

/** One run of a study: a line of a manifest. */
export interface PlannedRun {
  /** Of the recipe, see `idOf`. */
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

/** Twelve digits that name a recipe: two are the same run exactly if theirs are, in whatever order their keys stand. */
export function idOf(recipe: RunRecipe): string {
  return createHash('sha256').update(canonical(recipe)).digest('hex').slice(0, 12)
}

/** A manifest: each run as a JSON object on a line of its own. */
export function manifestText(runs: readonly PlannedRun[]): string {
  return runs.map((run) => `${JSON.stringify(run)}\n`).join('')
}

/** Reads a manifest. Throws where a line is not as it was planned: a recipe that was changed by hand is another run. */
export async function readManifest(path: string): Promise<PlannedRun[]> {
  const text = await readFile(path, 'utf8').catch((error: Error) => {
    throw new InvalidInputError(`${path}: cannot read this manifest (${error.message})`)
  })
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  demand(lines.length > 0, () => `${path}: expected a run on each line, but the file is empty`)
  return lines.map((line, place) => plannedRun(line, `${path}: line ${place + 1}`))
}

function plannedRun(line: string, place: string): PlannedRun {
  let run: Partial<PlannedRun>
  try {
    run = JSON.parse(line)
  } catch (error) {
    throw new InvalidInputError(`${place}: expected JSON (${(error as Error).message})`)
  }
  for (const key of ['id', 'pair', 'method', 'folder', 'recipe'] as const)
    demand(
      run?.[key] !== undefined,
      () => `${place}: expected a run out of "study plan", but ${key} is missing`,
    )
  const { id, recipe } = run as PlannedRun
  const actual = idOf(recipe)
  demand(
    id === actual,
    () => `${place}: the id is ${id}, but that of its recipe is ${actual}: it was changed after "study plan"`,
  )
  return run as PlannedRun
}

/** JSON with the keys of every object in alphabetical order. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part) =>
    isPlain(part) ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1))) : part,
  )
}

function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
