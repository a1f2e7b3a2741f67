import type { Stats } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { demand, InvalidInputError } from '../errors.ts'
import { explained, found } from './explain.ts'
import { fileSystem } from './fileSystem.ts'

/*
 * All files are read here. A path may name a pipe, a device or a socket: opening one can block for ever, and reading it
 * need not end.
 */

/**
 * Opens a regular file to read it or to append to it, without waiting for the other end of a pipe. Throws for anything
 * else, saying what it is; if a file cannot be opened for writing, throws the file system's error.
 */
export async function openFile(path: string, mode: 'read' | 'append' = 'read'): Promise<FileHandle> {
  const { open, constants } = fileSystem(path)
  // Windows has neither this flag nor named pipes among its files.
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

/** Returns the bytes of a file. Throws if there is no such file, or if it is longer than `most` bytes. */
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

/** Returns a UTF-8 file as text. Throws as `readBytes` does. */
export async function readText(path: string, most?: number): Promise<string> {
  const bytes = await readBytes(path, most)
  try {
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
  } catch (error) {
    throw new InvalidInputError(`${path}: cannot be read as text (${(error as Error).message})`)
  }
}

/** Like `readText`, but returns `undefined` if there is no such file, or if it is removed while being opened. */
export async function readTextIfThere(path: string): Promise<string | undefined> {
  try {
    return await readText(path)
  } catch (error) {
    // Another process may create the file after it was missing, or remove it while it is opened, which NFS calls stale.
    if (isMissing((error as InvalidInputError).cause)) return undefined
    const isGone = await fileSystem(path)
      .access(path)
      .then(() => false, isMissing)
    if (isGone) return undefined
    throw error
  }
}

/** Yields the bytes of a file in chunks. Throws as `readBytes` does, when the first chunk is requested. */
export async function* chunksIn(path: string): AsyncGenerator<Uint8Array> {
  const file = await openFile(path)
  yield* explained(`${path}: cannot be read`, () => file.createReadStream())
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}

function kindOf(entry: Stats): string {
  if (entry.isDirectory()) return 'a folder'
  if (entry.isFIFO()) return 'a named pipe'
  return entry.isSocket() ? 'a socket' : 'a device'
}
