import { mkdtempSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, onTestFinished } from 'vitest'

const prefix = join(tmpdir(), 'thermograd-')

/** A new folder that is gone after the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(prefix)
  onTestFinished(() => rm(folder, { recursive: true }))
  return folder
}

/** A new folder for all tests of a file or of a `describe`, gone after them. */
export function sharedTemporaryFolder(): string {
  const folder = mkdtempSync(prefix)
  afterAll(() => rm(folder, { recursive: true }))
  return folder
}
