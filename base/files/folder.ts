import { existsSync } from 'node:fs'
import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { demand, InvalidInputError } from '../errors.ts'

/**
 * Makes the folder, unless it is there and empty but for names that it may hold: a run never writes over another. Throws
 * where it cannot.
 */
export async function makeEmptyFolder(path: string, mayHold = (_name: string) => false): Promise<void> {
  const [first] = (await makeFolder(path)).filter((name) => !mayHold(name))
  demand(
    first === undefined,
    () => `${path}: expected a folder that is new or empty, but this one holds ${first}`,
  )
}

/** Makes the folder, unless it is there. What it holds; throws where it cannot be made. */
export async function makeFolder(path: string): Promise<string[]> {
  try {
    await mkdir(path, { recursive: true })
    return await readdir(path)
  } catch (error) {
    throw new InvalidInputError(`${path}: cannot make this folder (${(error as Error).message})`)
  }
}

/** Removes what `writeFileAtomically` left behind when a process was killed. Nobody may be at work in the folder. */
export async function removePartialFiles(path: string): Promise<void> {
  const names = await readdir(path).catch(() => [])
  for (const name of names) if (isPartial(name)) await rm(join(path, name))
}

/** Whether a file of this name is one that `writeFileAtomically` did not finish. */
export function isPartial(name: string): boolean {
  return name.endsWith('.partial')
}

/** This path or, where there is something already, this path with -2, -3, … behind it. */
export function freePath(path: string): string {
  let candidate = path
  for (let number = 2; existsSync(candidate); number++) candidate = `${path}-${number}`
  return candidate
}
