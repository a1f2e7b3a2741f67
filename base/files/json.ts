import { InvalidInputError } from '../errors.ts'
import { readTextIfThere } from './regularFile.ts'
import { writeFileAtomically } from './writeFile.ts'

/** Returns the value in a JSON file, or `undefined` if there is no such file. Throws if it cannot be read or is not JSON. */
export async function readJson(path: string): Promise<object | undefined> {
  const text = await readTextIfThere(path)
  if (text === undefined) return undefined
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new InvalidInputError(`${path}: expected JSON (${(error as Error).message})`)
  }
}

/** Writes a value as indented JSON, atomically. */
export async function writeJson(path: string, value: unknown): Promise<void> {
  await writeFileAtomically(path, `${JSON.stringify(value, undefined, 2)}\n`)
}
