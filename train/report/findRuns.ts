import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join, resolve, sep } from 'node:path'
import { demand } from '../../base/errors.ts'

/** The folder of a run, and a name that distinguishes it from the others. */
export interface NamedFolder {
  readonly name: string
  readonly path: string
}

/** A folder that cannot be read. */
export interface Unreadable {
  readonly name: string
  /** The reason, as a sentence. */
  readonly reason: string
}

/** Maximal depth of the search for run folders. */
const deepest = 4

/** Result of a search for runs. */
export interface Found {
  readonly runs: readonly NamedFolder[]
  /** Folders that cannot be read, and paths without runs. */
  readonly unreadable: readonly Unreadable[]
}

/**
 * Finds the runs under the given paths: each is a run folder, or contains run folders, as the output of `distill` does. A
 * teacher comes before its students, and the student trained alone before the distilled ones.
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
  const names = [...found.keys()].map((path) => path.split(sep))
  const shared = sharedStart(names)
  const runs = [...found.values()].map((path, i) => ({ name: names[i].slice(shared).join('/'), path }))
  return { runs, unreadable }
}

/** Throws if there is no path, or if one of them contains no run. */
export function demandRuns({ runs, unreadable }: Found): void {
  demand(runs.length + unreadable.length > 0, () => 'report: expected at least one path, got none')
  demand(unreadable.length === 0, () => unreadable[0].reason)
}

function withoutRuns(path: string): string {
  return `${path}: expected a run folder or a folder that contains some, but found no config.json in it or below it`
}

/** Length of the common prefix of all lists, not counting the last name of each. */
function sharedStart(lists: readonly (readonly string[])[]): number {
  const most = Math.min(...lists.map((names) => names.length - 1))
  if (lists.length === 0) return 0
  const differing = lists[0].findIndex((name, index) => lists.some((names) => names[index] !== name))
  return differing < 0 ? most : Math.min(differing, most)
}

/** Returns the run folders at or below a path. */
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
