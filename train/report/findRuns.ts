import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join, resolve, sep } from 'node:path'
import { demand } from '../../base/errors.ts'

/** The folder of a run, and what the run is called beside the others. */
export interface NamedFolder {
  readonly name: string
  readonly path: string
}

/** A folder that cannot be read. */
export interface Unreadable {
  readonly name: string
  /** Why not, in a sentence. */
  readonly reason: string
}

/** How deep folders of runs are looked for. */
const deepest = 4

/** What paths lead to. */
export interface Found {
  readonly runs: readonly NamedFolder[]
  /** Folders that cannot be looked into, and paths that lead to no run. */
  readonly unreadable: readonly Unreadable[]
}

/**
 * The runs that paths lead to: each path is the folder of a run, or one with such folders in it, as `distill` leaves. A
 * teacher comes before its students, and a student alone before the distilled ones.
 */
export async function findRuns(paths: readonly string[]): Promise<Found> {
  const found = new Map<string, string>()
  const unreadable: Unreadable[] = []
  for (const path of paths) {
    const before = unreadable.length
    const runs = await runsIn(path, unreadable)
    if (runs.length === 0 && unreadable.length === before)
      unreadable.push({ name: path, reason: withoutRuns(path) })
    for (const run of runs) found.set(resolve(run), run)
  }
  const places = [...found.keys()].map((place) => place.split(sep))
  const shared = sharedStart(places)
  const runs = [...found.values()].map((path, i) => ({ name: places[i].slice(shared).join('/'), path }))
  return { runs, unreadable }
}

/** Throws where there is no path, or one of them leads to no run. */
export function demandRuns({ runs, unreadable }: Found): void {
  demand(runs.length + unreadable.length > 0, () => 'report: expected at least one path, got none')
  demand(unreadable.length === 0, () => unreadable[0].reason)
}

function withoutRuns(path: string): string {
  return `${path}: expected the folder of a run, or a folder with some in it, but there is no config.json in it or below`
}

/** How many names all lists begin with together, the last of each left out. */
function sharedStart(lists: readonly (readonly string[])[]): number {
  const most = Math.min(...lists.map((names) => names.length - 1))
  if (lists.length === 0) return 0
  const differing = lists[0].findIndex((name, place) => lists.some((names) => names[place] !== name))
  return differing < 0 ? most : Math.min(differing, most)
}

/** The folders of runs at or below a path. */
async function runsIn(path: string, unreadable: Unreadable[], depth = 0): Promise<string[]> {
  if (existsSync(join(path, 'config.json'))) return [path]
  if (depth === deepest) return []
  const runs: string[] = []
  for (const name of (await foldersIn(path, unreadable)).sort(inOrder))
    runs.push(...(await runsIn(join(path, name), unreadable, depth + 1)))
  return runs
}

async function foldersIn(path: string, unreadable: Unreadable[]): Promise<string[]> {
  try {
    const entries = await readdir(path, { withFileTypes: true })
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
  } catch (error) {
    unreadable.push({ name: path, reason: `${path}: cannot read this folder (${(error as Error).message})` })
    return []
  }
}

function inOrder(one: string, other: string): number {
  return rank(one) - rank(other) || one.localeCompare(other, 'en', { numeric: true })
}

function rank(name: string): number {
  return ['teacher', 'student-alone', name].indexOf(name)
}
