import { readFile } from 'node:fs/promises'
import { InvalidInputError } from '../engine/errors.ts'
import { writeFileAtomically } from './writeFile.ts'

/** The value in a JSON file; nothing where there is no such file. Throws where it cannot be read or is not JSON. */
export async function readJson(path: string): Promise<object | undefined> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw new InvalidInputError(`${path}: cannot read this file (${error.message})`)
  })
  if (text === undefined) return undefined
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new InvalidInputError(`${path}: expected JSON (${(error as Error).message})`)
  }
}

/** Writes a value as readable JSON, the whole file or nothing. */
export async function writeJson(path: string, value: unknown): Promise<void> {
  await writeFileAtomically(path, `${JSON.stringify(value, undefined, 2)}\n`)
}
