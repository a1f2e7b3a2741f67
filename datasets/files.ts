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

/** A file of a data set, wherever it lies, read as it streams by. */
export interface DataFile {
  /** Its name without folders. */
  name: string
  /** What messages call it. */
  location: string
  /** In bytes. */
  size: number
  chunks: AsyncIterable<Uint8Array>
}

/**
 * The files of an unpacked folder or of a `.tar.gz` archive, one after the other: each must be read, or passed over,
 * before the next one comes.
 *
 * Throws for a path that does not exist and for a file that is no such archive, or a truncated or damaged one, or one that
 * unpacks to far more than its size: see `mostBytesOf`.
 */
export async function* filesAt(path: string): AsyncGenerator<DataFile> {
  if (await isFolder(path)) yield* filesInFolder(path)
  else yield* filesInArchive(path)
}

/** One file as it lies on the disk. */
export async function fileAt(path: string): Promise<DataFile> {
  const { size } = await found(path, stat(path))
  return { name: basename(path), location: path, size, chunks: chunksIn(path) }
}

/** Whether there is a folder of this path. */
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
  // The last argument: an error needs no reporting here, it reaches whoever reads the stream.
  const unzipped = pipeline(chunksIn(path), createGunzip(), () => {})
  const damaged = `${path}: expected a .tar.gz archive, but this one is truncated, damaged or foreign`
  const bounded = within(new Budget(archiveBytes, refuse), unzipped)
  for await (const { path: inner, size, chunks } of filesInTar(bounded, damaged)) {
    const name = basename(inner)
    // The size is what the archive says: it may be believed where that much could come.
    if (size > mostBytesOf(archiveBytes)) refuse(`${name} cannot have ${size} bytes in so small an archive`)
    yield { name, location: `${name} in ${path}`, size, chunks }
  }
}

/** The same bytes, up to those for which there is no budget. */
async function* within(budget: Budget, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    budget.take(chunk.length, 'unpacking it')
    yield chunk
  }
}

/** The size of a file that gzip packed. */
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

/** The names in a folder that do not begin with a dot, in alphabetical order. */
export async function namesIn(path: string): Promise<string[]> {
  const names = await found(path, readdir(path))
  return names.filter((name) => !name.startsWith('.')).sort()
}

/**
 * All bytes of a file, unpacked if gzip packed it. Throws for one that is missing or damaged, or unpacks to far more than
 * its size: see `mostBytesOf`.
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
        ? `${path}: unpacks to more than ${mostBytesOf(bytes.length)} bytes, which no honest file of ${bytes.length} does`
        : `${path}: expected a whole file packed by gzip, but this one is truncated or damaged (${message})`,
    )
  }
}
