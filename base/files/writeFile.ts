import { InvalidInputError } from '../errors.ts'
import { fileSystem } from './fileSystem.ts'

/**
 * Writes a file so that a reader sees the old one or the whole new one, never a part: to a temporary name beside it,
 * flushed to the disk, then renamed. Throws, naming the file and the cause, where it cannot: the old one is as it was.
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

/** Without it a new name may be lost with the power, though the file is not. Not every system can. */
async function flushFolderOf(path: string): Promise<void> {
  const folder = await fileSystem(path)
    .open(path.replace(/[^/\\]*$/, '') || '.')
    .catch(() => undefined)
  await folder?.sync().catch(() => {})
  await folder?.close()
}
