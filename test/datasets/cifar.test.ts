import { readFile, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { InvalidInputError } from '../../base/errors.ts'
import { openCifar10, openCifar100 } from '../../datasets/index.ts'
import { sharedTemporaryFolder } from '../train/temporaryFolder.ts'
import {
  cifar10Files,
  cifar100Files,
  type Files,
  record,
  writeArchive,
  writeFolder,
} from './cifarArchives.ts'

const folder = sharedTemporaryFolder()

describe('openCifar100', () => {
  it('should read the same from the archive, the unpacked folder and the folder around it', async () => {
    const archive = await writeArchive(join(folder, 'whole.tar.gz'), cifar100Files())
    const parent = await writeFolder(join(folder, 'parent'), cifar100Files())
    const dataset = await openCifar100(archive)
    expect(await openCifar100(parent)).toEqual(dataset)
    expect(await openCifar100(join(parent, 'cifar-100-binary'))).toEqual(dataset)

    const { train, test, classNames, coarseClassNames } = dataset
    expect(train.images.shape).toEqual([3, 3, 32, 32])
    expect([...train.labels, ...test.labels]).toEqual([10, 20, 30, 99])
    expect([...train.coarseLabels, ...test.coarseLabels]).toEqual([1, 2, 3, 19])
    expect(classNames[99]).toBe('fine_99')
    expect(coarseClassNames[19]).toBe('coarse_19')
    // Pixel 1·1024 + 2·32 + 5 of image 2, whose pixels are shifted by 2.
    expect(train.images.get(2, 1, 2, 5)).toBe((1024 + 64 + 5 + 2) % 256)
    expect(test.images.get(0, 2, 31, 31)).toBe((3071 + 9) % 256)
  })

  it('should refuse a file that is not a whole number of records', async () => {
    const path = await changed('short', { 'cifar-100-binary/train.bin': new Uint8Array(5000) })
    await expect(openCifar100(path)).rejects.toThrow(
      `train.bin in ${path}: expected a whole number of records of 3074 bytes (coarse label, fine label, 3072 pixels), got 5000 bytes: 1 records and 1926 bytes`,
    )
    const empty = await changed('empty', { 'cifar-100-binary/test.bin': new Uint8Array(0) })
    await expect(openCifar100(empty)).rejects.toThrow('got 0 bytes: 0 records and 0 bytes')
  })

  it('should refuse a label out of range', async () => {
    const fine = Buffer.concat([record([1, 10], 0), record([2, 100], 1)])
    await expect(openCifar100(await changed('fine', { 'cifar-100-binary/train.bin': fine }))).rejects.toThrow(
      'expected a fine label from 0 to 99 in every record, got 100 in record 1 (byte 3075)',
    )
    await expect(
      openCifar100(await changed('coarse', { 'cifar-100-binary/test.bin': record([20, 0], 0) })),
    ).rejects.toThrow('expected a coarse label from 0 to 19 in every record, got 20 in record 0')
  })

  it('should refuse names of another number of classes', async () => {
    const path = await changed('names', { 'cifar-100-binary/fine_label_names.txt': 'apple\nbaby\n' })
    await expect(openCifar100(path)).rejects.toThrow(
      `fine_label_names.txt in ${path}: expected 100 names of the classes of the fine label, got 2`,
    )
  })

  it('should say which files another data set lacks, and what it holds', async () => {
    const path = await writeArchive(join(folder, 'foreign.tar.gz'), { 'images/notes': '' })
    await expect(openCifar100(path)).rejects.toThrow(
      `${path}: expected cifar100 in the official binary layout (train.bin, test.bin, coarse_label_names.txt, fine_label_names.txt) or the official Python layout (train, test, meta), but found no train, test, meta; found notes`,
    )
    const empty = await writeFolder(join(folder, 'foreign'), { 'notes/a.txt': '' })
    await expect(openCifar100(empty)).rejects.toThrow('found no files')
  })

  it('should refuse an archive that ends too early, wherever it ends', async () => {
    const whole = await readFile(await writeArchive(join(folder, 'cut.tar.gz'), cifar100Files()))
    for (const length of [3, 200, Math.floor(whole.length / 2), whole.length - 1]) {
      const path = join(folder, `cut-${length}.tar.gz`)
      await writeFile(path, whole.subarray(0, length))
      await expect(openCifar100(path)).rejects.toThrow(
        `${path}: expected a .tar.gz archive, but this one is truncated, damaged or of another kind (unexpected end of file)`,
      )
    }
  })

  it('should refuse an archive that was truncated before it was compressed', async () => {
    const path = join(folder, 'truncated-tar.tar.gz')
    await writeArchive(path, cifar100Files())
    const archive = gunzipSync(await readFile(path))
    await writeFile(path, gzipSync(archive.subarray(0, archive.length - 4096)))
    await expect(openCifar100(path)).rejects.toThrow(
      'truncated, damaged or of another kind (Tar archive is truncated.)',
    )
  })

  it('should refuse what is no archive', async () => {
    const zip = join(folder, 'images.zip')
    await writeFile(zip, 'PK\x03\x04')
    await expect(openCifar100(zip)).rejects.toThrow(
      `${zip}: expected a gzip-compressed archive (.tar.gz), which begins with the bytes 1f8b; this file begins with 504b`,
    )
    await truncate(zip)
    await expect(openCifar100(zip)).rejects.toThrow('the file is empty')
    const text = join(folder, 'text.gz')
    await writeFile(text, gzipSync('no archive but text'.repeat(100)))
    await expect(openCifar100(text)).rejects.toThrow('truncated, damaged or of another kind')
    const missing = join(folder, 'missing')
    await expect(openCifar100(missing)).rejects.toThrow(`${missing}: there is no such file or folder`)
    await expect(openCifar100(missing)).rejects.toBeInstanceOf(InvalidInputError)
  })

  async function changed(name: string, files: Files): Promise<string> {
    return writeArchive(join(folder, `${name}.tar.gz`), { ...cifar100Files(), ...files })
  }
})

describe('openCifar10', () => {
  it('should put the training files together in their order', async () => {
    const archive = await writeArchive(join(folder, 'cifar10.tar.gz'), cifar10Files())
    const { train, test, classNames } = await openCifar10(archive)
    expect([...train.labels]).toEqual([1, 2, 3, 4, 5])
    expect([0, 1, 2, 3, 4].map((index) => train.images.get(index, 0, 0, 0))).toEqual([1, 2, 3, 4, 5])
    expect([...test.labels]).toEqual([9])
    expect(classNames[9]).toBe('class_9')
  })

  it('should take a single file for the test images', async () => {
    const path = join(folder, 'some.bin')
    await writeFile(path, Buffer.concat([record([7], 0), record([8], 5)]))
    const { train, test, classNames } = await openCifar10(path)
    expect(train.images.shape).toEqual([0, 3, 32, 32])
    expect(test.images.shape).toEqual([2, 3, 32, 32])
    expect([...test.labels].map((label) => classNames[label])).toEqual(['horse', 'ship'])
    expect(test.images.get(1, 0, 0, 3)).toBe(8)
  })

  it('should refuse a file of CIFAR-100, a label out of range and a missing file', async () => {
    const path = join(folder, 'bad.bin')
    await writeFile(path, record([1, 2], 0))
    await expect(openCifar10(path)).rejects.toThrow(
      `${path}: expected a whole number of records of 3073 bytes (label, 3072 pixels), got 3074 bytes: 1 records and 1 bytes`,
    )
    await writeFile(path, record([10], 0))
    await expect(openCifar10(path)).rejects.toThrow(
      'expected a label from 0 to 9 in every record, got 10 in record 0 (byte 0)',
    )
    await expect(openCifar10(join(folder, 'none.bin'))).rejects.toThrow('there is no such file or folder')
    const partial = await writeFolder(join(folder, 'partial'), { 'data_batch_1.bin': record([1], 0) })
    await expect(openCifar10(partial)).rejects.toThrow('found no data_batch_2.bin, data_batch_3.bin')
  })
})
