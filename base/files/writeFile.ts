import { InvalidInputError } from '../errors.ts'
import { fileSystem } from './fileSystem.ts'

/**
 * Writes a file atomically: a reader sees the old file or the whole new one. Writes to a temporary name next to it,
 * flushes to the disk, then renames. If that fails, leaves the old file as it was and throws an error that names the
 * file and the cause.
 */
export async function writeFileAtomically(path: string, bytes: Uint8Array | string): Promise<void> {
  const { open, rename, rm } = fileSystem(path)
  const temporary = `${path}.${process.pid}.partial`
  try {
    const file = await open(temporary, 'w')
    try {
      await file.writeFile(bytes)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
    await flushFolderOf(path)
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {})
    throw new InvalidInputError(`${path}: cannot write this file (${(error as Error).message})`)
  }
}

/** Without this, a power failure may lose the new name, though not the file. Not every system supports it. */
async function flushFolderOf(path: string): Promise<void> {
  const folder = await fileSystem(path)
    .open(path.replace(/[^/\\]*$/, '') || '.')
    .catch(() => undefined)
  await folder?.sync().catch(() => {})
  await folder?.close()
}
