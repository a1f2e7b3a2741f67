import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { openCifar10, openCifar100, openMnist } from '../../../../../datasets/index.ts'
import { cifar100Files, writeFolder } from '../../../../datasets/cifarArchives.ts'
import { idxFiles } from '../../../../datasets/idxFiles.ts'
import { spoiling } from '../mutations.ts'
import { insideGzip, insideTar } from '../packed.ts'
import { packTarSync, unpackTarSync } from '../tar.ts'
import type { Format } from './format.ts'
import { spoilPickle } from './weights.ts'

const fixtures = join(import.meta.dirname, '../../../../datasets/fixtures')

const archiveNames = ['cifar-100-python', 'cifar-10-python', 'repickled-4', 'repickled-bytes-2']

let read: Promise<Uint8Array[]> | undefined
const archives = () => (read ??= readArchives())

async function readArchives(): Promise<Uint8Array[]> {
  const python = await Promise.all(archiveNames.map((name) => readFile(join(fixtures, `${name}.tar.gz`))))
  const binary = Object.entries(cifar100Files()).map(([name, body]) => {
    const header = Buffer.alloc(512)
    header.write(name)
    header.write('ustar', 257)
    header.write('0', 156)
    return { header, body: Buffer.from(body) }
  })
  return [...python, gzipSync(packTarSync(binary))].map((bytes) => new Uint8Array(bytes))
}

const spoilInside = insideGzip(insideTar(spoilPickle))

export const archive: Format = {
  seeds: archives,
  spoil: (bytes, stream, other) =>
    stream.integer(5) > 0 ? spoilInside(bytes, stream, other) : spoiling()(bytes, stream, other),
  async read(bytes, folder) {
    const path = join(folder, 'cifar.tar.gz')
    await writeFile(path, bytes)
    const names = (await openCifar100(path)).classNames
    if (names.length !== 100) throw new Error(`it has ${names.length} classes`)
  },
}

/** The files of CIFAR-10 in its Python layout, by their names. */
let batches: Promise<ReadonlyMap<string, Uint8Array>> | undefined
const batchFiles = () => (batches ??= readBatches())

async function readBatches(): Promise<ReadonlyMap<string, Uint8Array>> {
  const [, packed] = await archives()
  const files = unpackTarSync(gunzipSync(packed)).filter(({ body }) => body.length > 0)
  return new Map(files.map(({ header, body }) => [nameIn(header), body]))
}

/** A pickled batch, or the pickle with the names of the classes. */
export const pickle: Format = {
  seeds: async () => [...(await batchFiles()).values()],
  spoil: spoilPickle,
  async read(bytes, folder) {
    const spoiled = bytes.length < 1000 ? 'batches.meta' : 'test_batch'
    await writeFolder(folder, { ...Object.fromEntries(await batchFiles()), [spoiled]: bytes })
    await openCifar10(folder)
  },
}

function nameIn(header: Uint8Array): string {
  const path = Buffer.from(header.subarray(0, 100)).toString('latin1').replaceAll('\0', '')
  return path.split('/').at(-1)!
}

const spoilIdx = insideGzip(spoiling())

/** Images and labels, packed and not. */
export const idx: Format = {
  async seeds() {
    const files = Object.values(idxFiles()).map((bytes) => new Uint8Array(gzipSync(bytes)))
    return files
  },
  spoil: (bytes, stream, other) => {
    if (stream.integer(3) === 0) return spoiling()(bytes, stream, other)
    const packed = spoilIdx(bytes, stream, other)
    return stream.integer(2) === 0 && packed.length < 2 ** 14 ? gunzipSync(packed) : packed
  },
  async read(bytes, folder) {
    const isImages = bytes.length > 36
    await writeFolder(folder, {
      ...idxFiles(),
      [isImages ? 'train-images-idx3-ubyte' : 'train-labels-idx1-ubyte']: bytes,
    })
    await openMnist(folder)
  },
}
