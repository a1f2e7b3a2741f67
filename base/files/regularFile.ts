import type { Stats } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { demand, InvalidInputError } from '../errors.ts'
import { explained, found } from './explain.ts'
import { fileSystem } from './fileSystem.ts'

/*
 * The one way in which files are read. What stands at a path may be a named pipe, a device or a socket: opening such a
 * thing can wait for ever, and reading it need not end.
 */

/**
 * Opens a file to read it, or to append to it. Never waits for somebody at the other end. Throws, saying what is there,
 * unless it is a regular file; where a file cannot be written, throws the file system's own error.
 */
export async function openFile(path: string, mode: 'read' | 'append' = 'read'): Promise<FileHandle> {
  const { open, constants } = fileSystem(path)
  // Windows has no such flag, and no named pipes among its files.
  const { O_NONBLOCK: withoutWaiting = 0, O_RDONLY, O_WRONLY, O_APPEND, O_CREAT } = constants
  const flags = mode === 'read' ? O_RDONLY : O_WRONLY | O_APPEND | O_CREAT
  const opened = open(path, flags | withoutWaiting)
  const file = await (mode === 'read' ? found(path, opened) : opened)
  try {
    const entry = await found(path, file.stat())
    demand(entry.isFile(), () => `${path}: expected a file, but this is ${kindOf(entry)}`)
    return file
  } catch (error) {
    await file.close()
    throw error
  }
}

/** All bytes of a file. Throws where there is none, and for one that is longer than `most`. */
export async function readBytes(
  path: string,
  most = Number.POSITIVE_INFINITY,
): Promise<Uint8Array<ArrayBuffer>> {
  const file = await openFile(path)
  try {
    const { size } = await found(path, file.stat())
    demand(size <= most, () => `${path}: expected a file of at most ${most} bytes, but it has ${size}`)
    const { buffer, byteOffset, length } = await found(path, file.readFile())
    return new Uint8Array(buffer, byteOffset, length)
  } finally {
    await file.close()
  }
}

/** A file as a text in UTF-8. Throws as `readBytes`. */
export async function readText(path: string, most?: number): Promise<string> {
  const bytes = await readBytes(path, most)
  try {
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
  } catch (error) {
    throw new InvalidInputError(`${path}: cannot be read as a text (${(error as Error).message})`)
  }
}

/** The same; nothing where there is no such file, or where it goes while it is opened. */
export async function readTextIfThere(path: string): Promise<string | undefined> {
  try {
    return await readText(path)
  } catch (error) {
    const isThere = await fileSystem(path)
      .access(path)
      .then(
        () => true,
        ({ code }: NodeJS.ErrnoException) => code !== 'ENOENT',
      )
    if (isThere) throw error
    return undefined
  }
}

/** The bytes of a file as they come from the disk. Throws as `readBytes`, when the first are asked for. */
export async function* chunksIn(path: string): AsyncGenerator<Uint8Array> {
  const file = await openFile(path)
  yield* explained(`${path}: cannot be read`, () => file.createReadStream())
}

function kindOf(entry: Stats): string {
  if (entry.isDirectory()) return 'a folder'
  if (entry.isFIFO()) return 'a named pipe'
  return entry.isSocket() ? 'a socket' : 'a device'
}
