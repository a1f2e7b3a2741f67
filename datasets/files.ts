import { readdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { pipeline } from 'node:stream'
import { promisify } from 'node:util'
import { createGunzip, gunzip } from 'node:zlib'
import { demand, InvalidInputError } from '../base/errors.ts'
import { Budget, mostBytesOf } from '../base/files/budget.ts'
import { found } from '../base/files/explain.ts'
import { refusalOf } from '../base/files/refusal.ts'
import { chunksIn, openFile, readBytes } from '../base/files/regularFile.ts'
import { filesInTar } from '../base/files/tar.ts'

/** A file of a data set, in a folder or an archive, read as a stream. */
export interface DataFile {
  /** File name without folders. */
  name: string
  /** Its name in messages. */
  location: string
  /** Size in bytes. */
  size: number
  chunks: AsyncIterable<Uint8Array>
}

/**
 * Yields the files of a folder or of a `.tar.gz` archive in order; each must be read or skipped before the next.
 *
 * Throws for a path that does not exist, and for a file that is not a `.tar.gz` archive, is truncated or damaged, or
 * unpacks to far more than its size: see `mostBytesOf`.
 */
export async function* filesAt(path: string): AsyncGenerator<DataFile> {
  if (await isFolder(path)) yield* filesInFolder(path)
  else yield* filesInArchive(path)
}

/** Returns one file on the disk. */
export async function fileAt(path: string): Promise<DataFile> {
  const { size } = await found(path, stat(path))
  return { name: basename(path), location: path, size, chunks: chunksIn(path) }
}

/** Whether this path is a folder. */
export async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (entry) => entry.isDirectory(),
    () => false,
  )
}

async function* filesInFolder(path: string): AsyncGenerator<DataFile> {
  for (const name of await found(path, readdir(path))) {
    const entry = await stat(join(path, name)).catch(() => undefined)
    if (entry !== undefined && !entry.isDirectory()) yield await fileAt(join(path, name))
  }
}

async function* filesInArchive(path: string): AsyncGenerator<DataFile> {
  const refuse = refusalOf(path, '.tar.gz archive')
  const archiveBytes = await demandGzip(path)
  // The callback ignores errors, because they also reach the reader of the stream.
  const unzipped = pipeline(chunksIn(path), createGunzip(), () => {})
  const damaged = `${path}: expected a .tar.gz archive, but this one is truncated, damaged or of another kind`
  const bounded = within(new Budget(archiveBytes, refuse), unzipped)
  for await (const { path: inner, size, chunks } of filesInTar(bounded, damaged)) {
    const name = basename(inner)
    // The archive states the size, so it is checked against what the archive can unpack to.
    if (size > mostBytesOf(archiveBytes))
      refuse(`${name} cannot have ${size} bytes in an archive of this size`)
    yield { name, location: `${name} in ${path}`, size, chunks }
  }
}

/** Yields the same bytes; throws when they exceed the budget. */
async function* within(budget: Budget, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    budget.take(chunk.length, 'unpacking it')
    yield chunk
  }
}

/** Returns the size of a gzip file; throws if it is not one. */
async function demandGzip(path: string): Promise<number> {
  const file = await openFile(path)
  try {
    const { buffer, bytesRead } = await found(path, file.read(Buffer.alloc(2)))
    const start = buffer.subarray(0, bytesRead).toString('hex')
    demand(
      start === '1f8b',
      () =>
        `${path}: expected a gzip-compressed archive (.tar.gz), which begins with the bytes 1f8b; ` +
        (bytesRead === 0 ? 'the file is empty' : `this file begins with ${start}`),
    )
    return (await found(path, file.stat())).size
  } finally {
    await file.close()
  }
}

/** Returns the names in a folder that do not begin with a dot, in alphabetical order. */
export async function namesIn(path: string): Promise<string[]> {
  const names = await found(path, readdir(path))
  return names.filter((name) => !name.startsWith('.')).sort()
}

/**
 * Returns the bytes of a file, unpacked if it is gzipped. Throws if the file is missing or damaged, or unpacks to far
 * more than its size: see `mostBytesOf`.
 */
export async function unpackedBytes(path: string): Promise<Uint8Array> {
  const bytes = await readBytes(path)
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes
  try {
    return await promisify(gunzip)(bytes, { maxOutputLength: mostBytesOf(bytes.length) })
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw new InvalidInputError(
      code === 'ERR_BUFFER_TOO_LARGE'
        ? `${path}: unpacks to more than ${mostBytesOf(bytes.length)} bytes, too many for a file of ${bytes.length}`
        : `${path}: expected a complete gzip file, but this one is truncated or damaged (${message})`,
    )
  }
}
