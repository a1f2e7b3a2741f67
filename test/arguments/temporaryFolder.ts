import { afterAll } from 'vitest'
import { sharedTemporaryFolder } from '../train/temporaryFolder.ts'

/** Moves the process into a new folder until all tests of the file have run, so that wrong paths lead nowhere. */
export function moveToTemporaryFolder(): { readonly folder: string; readonly elsewhere: string } {
  const elsewhere = process.cwd()
  const folder = sharedTemporaryFolder()
  process.chdir(folder)
  afterAll(() => process.chdir(elsewhere))
  return { folder, elsewhere }
}
