import { createReadStream } from 'node:fs'
import { open, readdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { pipeline } from 'node:stream'
import type { ReadableWritablePair } from 'node:stream/web'
import { ReadableStream } from 'node:stream/web'
import { createGunzip } from 'node:zlib'
import { createTarDecoder, type ParsedTarEntry } from 'modern-tar'
import { demand, InvalidInputError } from '../engine/errors.ts'

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
 * Throws for a path that does not exist and for a file that is no such archive, or a truncated or damaged one.
 */
export async function* filesAt(path: string): AsyncGenerator<DataFile> {
  if (await isFolder(path)) yield* filesInFolder(path)
  else yield* filesInArchive(path)
}

/** One file as it lies on the disk. */
export async function fileAt(path: string): Promise<DataFile> {
  const { size } = await found(path, stat(path))
  const chunks = explained(`${path}: cannot be read`, () => createReadStream(path))
  return { name: basename(path), location: path, size, chunks }
}

/** Whether there is a folder of this path. */
export async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (entry) => entry.isDirectory(),
    () => false,
  )
}

async function* filesInFolder(path: string): AsyncGenerator<DataFile> {
  for (const entry of await found(path, readdir(path, { withFileTypes: true }))) {
    if (!entry.isDirectory()) yield await fileAt(join(path, entry.name))
  }
}

async function* filesInArchive(path: string): AsyncGenerator<DataFile> {
  await demandGzip(path)
  // The last argument: an error needs no reporting here, it reaches whoever reads the stream.
  const unzipped = pipeline(createReadStream(path), createGunzip(), () => {})
  // Node's and the browser's types of streams differ in a detail of byte readers.
  const decoder = createTarDecoder({ strict: true }) as unknown as ReadableWritablePair
  const entries: AsyncIterable<ParsedTarEntry> = ReadableStream.from(unzipped).pipeThrough(decoder)
  const damaged = `${path}: expected a .tar.gz archive, but this one is truncated, damaged or foreign`
  for await (const { header, body } of explained(damaged, () => entries)) {
    if (header.type === 'file') {
      const name = basename(header.name)
      const chunks = explained(damaged, () => body)
      yield { name, location: `${name} in ${path}`, size: header.size, chunks }
    }
    await body.cancel()
  }
}

async function demandGzip(path: string): Promise<void> {
  const file = await found(path, open(path))
  const { buffer, bytesRead } = await file.read(Buffer.alloc(2)).finally(() => file.close())
  const start = buffer.subarray(0, bytesRead).toString('hex')
  demand(
    start === '1f8b',
    () =>
      `${path}: expected a gzip-compressed archive (.tar.gz), which begins with the bytes 1f8b; ` +
      (bytesRead === 0 ? 'the file is empty' : `this file begins with ${start}`),
  )
}

/** The same result; an error of the file system becomes a sentence about the path. */
async function found<T>(path: string, result: Promise<T>): Promise<T> {
  return result.catch((error: NodeJS.ErrnoException) => {
    throw new InvalidInputError(
      error.code === 'ENOENT'
        ? `${path}: there is no such file or folder`
        : `${path}: cannot be read (${error.message})`,
    )
  })
}

/** The same items, asked for when the first is read; an error on the way to them becomes this sentence. */
async function* explained<T>(sentence: string, items: () => AsyncIterable<T>): AsyncGenerator<T> {
  try {
    yield* items()
  } catch (error) {
    throw new InvalidInputError(`${sentence} (${(error as Error).message})`)
  }
}
