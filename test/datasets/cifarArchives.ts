import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { packTar } from 'modern-tar'

/** Files by their path in an archive or a folder. */
export type Files = Record<string, Uint8Array | string>

const pixelsPerImage = 3072

/** A record of CIFAR's binary layout: pixel p of the image is (p + shift) mod 256. */
export function record(labels: number[], shift: number): Uint8Array {
  return Uint8Array.from([...labels, ...Array.from({ length: pixelsPerImage }, (_, place) => place + shift)])
}

/** Three training images and one test image of CIFAR-100. */
export function cifar100Files(): Files {
  return {
    'cifar-100-binary/coarse_label_names.txt': names('coarse', 20),
    'cifar-100-binary/fine_label_names.txt': names('fine', 100),
    'cifar-100-binary/test.bin': record([19, 99], 9),
    'cifar-100-binary/train.bin': Buffer.concat([record([1, 10], 0), record([2, 20], 1), record([3, 30], 2)]),
  }
}

/** An image in each file of CIFAR-10, in an order that is not the official one. */
export function cifar10Files(): Files {
  const parts = [5, 4, 3, 2, 1].map((part) => [
    `cifar-10-batches-bin/data_batch_${part}.bin`,
    record([part], part),
  ])
  return {
    ...Object.fromEntries(parts),
    'cifar-10-batches-bin/batches.meta.txt': `${names('class', 10)}\n`,
    'cifar-10-batches-bin/readme.html': '<html>',
    'cifar-10-batches-bin/test_batch.bin': record([9], 100),
  }
}

/** Writes a `.tar.gz` with its folders' entries, as `tar` does. */
export async function writeArchive(path: string, files: Files): Promise<string> {
  const folders = new Set(Object.keys(files).map((name) => `${name.split('/')[0]}/`))
  const archive = await packTar([
    ...[...folders].map((name) => ({ header: { name, size: 0, type: 'directory' as const } })),
    ...Object.entries(files).map(([name, body]) => ({ header: { name, size: body.length }, body })),
  ])
  await writeFile(path, gzipSync(archive))
  return path
}

/** Writes the files under a folder. */
export async function writeFolder(path: string, files: Files): Promise<string> {
  for (const [name, body] of Object.entries(files)) {
    await mkdir(join(path, name, '..'), { recursive: true })
    await writeFile(join(path, name), body)
  }
  return path
}

function names(prefix: string, count: number): string {
  return Array.from({ length: count }, (_, label) => `${prefix}_${label}\n`).join('')
}
