import { existsSync } from 'node:fs'
import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { demand, InvalidInputError } from '../errors.ts'

/**
 * Makes the folder if it does not exist. Throws if it cannot, or if the folder holds anything but names that it may hold: a
 * run never overwrites another.
 */
export async function makeEmptyFolder(path: string, mayHold = (_name: string) => false): Promise<void> {
  const [first] = (await makeFolder(path)).filter((name) => !mayHold(name))
  demand(first === undefined, () => `${path}: expected a new or empty folder, but this one holds ${first}`)
}

/** Makes the folder if it does not exist, and returns the names in it. Throws if it cannot be made. */
export async function makeFolder(path: string): Promise<string[]> {
  try {
    await mkdir(path, { recursive: true })
    return await readdir(path)
  } catch (error) {
    throw new InvalidInputError(`${path}: cannot create this folder (${(error as Error).message})`)
  }
}

/** Removes what `writeFileAtomically` left behind when a process was killed. No process may be writing to the folder. */
export async function removePartialFiles(path: string): Promise<void> {
  const names = await readdir(path).catch(() => [])
  for (const name of names) if (isPartial(name)) await rm(join(path, name))
}

/** Whether this is the name of a file that `writeFileAtomically` did not finish. */
export function isPartial(name: string): boolean {
  return name.endsWith('.partial')
}

/** Returns the path or, if it is taken, the first free one of path-2, path-3, …. */
export function freePath(path: string): string {
  let candidate = path
  for (let number = 2; existsSync(candidate); number++) candidate = `${path}-${number}`
  return candidate
}
