import { InvalidInputError } from '../errors.ts'
import { openFile } from './regularFile.ts'

/** Appends to a file and flushes it. If that fails, restores the file's length and throws an error that names it. */
export async function appendDurably(path: string, content: string | Uint8Array): Promise<void> {
  try {
    const file = await openFile(path, 'append')
    try {
      const { size } = await file.stat()
      await file.appendFile(content).catch(async (error) => {
        await file.truncate(size).catch(() => {})
        throw error
      })
      await file.sync()
    } finally {
      await file.close()
    }
  } catch (error) {
    if (error instanceof InvalidInputError) throw error
    throw new InvalidInputError(`${path}: cannot write to this file (${(error as Error).message})`)
  }
}
