import { createReadStream } from 'node:fs'
import { open, readdir, readFile, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { pipeline } from 'node:stream'
import { promisify } from 'node:util'
import { createGunzip, gunzip } from 'node:zlib'
import { demand, InvalidInputError } from '../engine/errors.ts'
import { explained, found } from '../files/explain.ts'
import { filesInTar } from '../files/tar.ts'

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
  const damaged = `${path}: expected a .tar.gz archive, but this one is truncated, damaged or foreign`
  for await (const { path: inner, size, chunks } of filesInTar(unzipped, damaged)) {
    const name = basename(inner)
    yield { name, location: `${name} in ${path}`, size, chunks }
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

/** The names in a folder that do not begin with a dot, in alphabetical order. */
export async function namesIn(path: string): Promise<string[]> {
  const names = await found(path, readdir(path))
  return names.filter((name) => !name.startsWith('.')).sort()
}

/** All bytes of a file, unpacked if gzip packed it. Throws for one that is missing, damaged or beyond 1 GiB. */
export async function unpackedBytes(path: string): Promise<Uint8Array> {
  const bytes = await found(path, readFile(path))
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes
  try {
    return await promisify(gunzip)(bytes, { maxOutputLength: 2 ** 30 })
  } catch (error) {
    throw new InvalidInputError(
      `${path}: expected a whole file packed by gzip, but this one is truncated or damaged (${(error as Error).message})`,
    )
  }
}
