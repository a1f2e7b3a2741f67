import { expect } from 'vitest'
import { InvalidInputError } from '../../base/errors.ts'
import { temporaryFolder } from '../train/temporaryFolder.ts'
import { type Files, writeFolder } from './cifarArchives.ts'

/** Writes the files to a new folder, which `open` must refuse. Returns the folder and the message. */
export async function refusalOf(
  open: (folder: string) => Promise<unknown>,
  files: Files,
): Promise<{ folder: string; message: string }> {
  const folder = await writeFolder(await temporaryFolder(), files)
  const error: unknown = await open(folder).then(
    () => undefined,
    (error) => error,
  )
  expect(error).toBeInstanceOf(InvalidInputError)
  return { folder, message: (error as InvalidInputError).message }
}
