import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join, resolve, sep } from 'node:path'
import { demand, InvalidInputError } from '../../engine/errors.ts'

/** The folder of a run, and what the run is called beside the others. */
export interface NamedFolder {
  readonly name: string
  readonly path: string
}

/** How deep folders of runs are looked for. */
const deepest = 4

/**
 * The runs that paths lead to: each path is the folder of a run, or one with such folders in it, as `distill` leaves. A
 * teacher comes before its students, and a student alone before the distilled ones. Throws where a path leads to no run.
 */
export async function findRuns(paths: readonly string[]): Promise<NamedFolder[]> {
  const found = new Map<string, string>()
  for (const path of paths) {
    const runs = await runsIn(path)
    demand(
      runs.length > 0,
      () =>
        `${path}: expected the folder of a run, or a folder with some in it, but there is no config.json in it or below`,
    )
    for (const run of runs) found.set(resolve(run), run)
  }
  const places = [...found.keys()].map((place) => place.split(sep))
  const shared = sharedStart(places)
  return [...found.values()].map((path, i) => ({ name: places[i].slice(shared).join('/'), path }))
}

/** How many names all lists begin with together, the last of each left out. */
function sharedStart(lists: readonly (readonly string[])[]): number {
  const most = Math.min(...lists.map((names) => names.length - 1))
  const differing = lists[0].findIndex((name, place) => lists.some((names) => names[place] !== name))
  return differing < 0 ? most : Math.min(differing, most)
}

/** The folders of runs at or below a path. */
async function runsIn(path: string, depth = 0): Promise<string[]> {
  if (existsSync(join(path, 'config.json'))) return [path]
  if (depth === deepest) return []
  const runs: string[] = []
  for (const name of (await foldersIn(path)).sort(inOrder))
    runs.push(...(await runsIn(join(path, name), depth + 1)))
  return runs
}

async function foldersIn(path: string): Promise<string[]> {
  try {
    const entries = await readdir(path, { withFileTypes: true })
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
  } catch (error) {
    throw new InvalidInputError(`${path}: cannot read this folder (${(error as Error).message})`)
  }
}

function inOrder(one: string, other: string): number {
  return rank(one) - rank(other) || one.localeCompare(other, 'en', { numeric: true })
}

function rank(name: string): number {
  return ['teacher', 'student-alone', name].indexOf(name)
}
