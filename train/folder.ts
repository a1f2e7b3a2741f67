import { mkdir, readdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { demand, InvalidInputError } from '../engine/errors.ts'

/** Makes the folder, unless it is there and empty: a run never writes over another. Throws where it cannot. */
export async function makeEmptyFolder(path: string): Promise<string> {
  const entries = await explained(path, async () => {
    await mkdir(path, { recursive: true })
    return readdir(path)
  })
  demand(
    entries.length === 0,
    () => `${path}: expected a folder that is new or empty, but this one holds ${entries[0]}`,
  )
  return path
}

/** Makes a folder of this path or, where there is one already, of this path with -2, -3, … behind it. */
export async function makeNewFolder(path: string): Promise<string> {
  await explained(path, () => mkdir(dirname(path), { recursive: true }))
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? path : `${path}-${number}`
    if (await explained(candidate, () => makeUnlessThere(candidate))) return candidate
  }
}

async function makeUnlessThere(path: string): Promise<boolean> {
  try {
    await mkdir(path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

async function explained<T>(path: string, make: () => Promise<T>): Promise<T> {
  try {
    return await make()
  } catch (error) {
    throw new InvalidInputError(`${path}: cannot make this folder (${(error as Error).message})`)
  }
}
