import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { InvalidInputError } from '../../base/errors.ts'
import { openCifar100, openMnist } from '../../datasets/index.ts'
import { temporaryFolder } from '../train/temporaryFolder.ts'
import { cifar100Files, writeArchive, writeFolder } from './cifarArchives.ts'
import { idx, idxFiles } from './idxFiles.ts'

/** Zeros, which gzip packs a thousandfold. */
const zeros = (bytes: number) => new Uint8Array(bytes)

describe('a small file that unpacks to an enormous one', () => {
  it.each([
    ['records', 'cifar-100-binary/train.bin', 3074 * 10_000],
    ['names of classes', 'cifar-100-binary/fine_label_names.txt', 2 ** 25],
    ['a file that nobody reads', 'cifar-100-binary/readme', 2 ** 25],
    ['a pickle', 'cifar-100-python/train', 2 ** 25],
  ])('should be refused in an archive: %s', async (_, name, bytes) => {
    const path = join(await temporaryFolder(), 'bomb.tar.gz')
    await writeArchive(path, { ...cifar100Files(), [name]: zeros(bytes) })
    const error = await openCifar100(path).catch((error) => error)
    expect(error).toBeInstanceOf(InvalidInputError)
    expect(error.message).toContain(`in an archive of this size`)
  })

  it('should be refused where the archive itself has no files, only headers', async () => {
    const path = join(await temporaryFolder(), 'bomb.tar.gz')
    await writeFile(path, gzipSync(zeros(2 ** 25)))
    await expect(openCifar100(path)).rejects.toBeInstanceOf(InvalidInputError)
  })

  it('should be refused as IDX', async () => {
    const folder = await writeFolder(await temporaryFolder(), idxFiles())
    const size = 2 ** 25
    const bomb = gzipSync(Buffer.concat([idx([size, 1, 1], []), zeros(size)]))
    await writeFile(join(folder, 'train-images-idx3-ubyte'), bomb)
    await expect(openMnist(folder)).rejects.toThrow(
      `train-images-idx3-ubyte: unpacks to more than ${32 * bomb.length + 2 ** 20} bytes, too many for a file of ${bomb.length}`,
    )
  })

  it('should be refused as the names of classes, packed or not', async () => {
    const names = 'cifar-100-binary/fine_label_names.txt'
    const folder = await writeFolder(await temporaryFolder(), {
      ...cifar100Files(),
      [names]: zeros(2 ** 16 + 1),
    })
    await expect(openCifar100(folder)).rejects.toThrow(
      'fine_label_names.txt: expected at most 65536 bytes, got 65537',
    )
  })
})
