import { existsSync } from 'node:fs'
import { mkdir, readdir } from 'node:fs/promises'
import { demand, InvalidInputError } from '../engine/errors.ts'

/** Makes the folder, unless it is there and empty: a run never writes over another. Throws where it cannot. */
export async function makeEmptyFolder(path: string): Promise<void> {
  const entries = await makeFolder(path)
  demand(
    entries.length === 0,
    () => `${path}: expected a folder that is new or empty, but this one holds ${entries[0]}`,
  )
}

/** What the folder holds. */
async function makeFolder(path: string): Promise<string[]> {
  try {
    await mkdir(path, { recursive: true })
    return await readdir(path)
  } catch (error) {
    throw new InvalidInputError(`${path}: cannot make this folder (${(error as Error).message})`)
  }
}

/** This path or, where there is something already, this path with -2, -3, … behind it. */
export function freePath(path: string): string {
  let candidate = path
  for (let number = 2; existsSync(candidate); number++) candidate = `${path}-${number}`
  return candidate
}
