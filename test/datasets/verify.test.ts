import { join } from 'node:path'
import { encode } from 'fast-png'
import { describe, expect, it } from 'vitest'
import { verifyDataset } from '../../datasets/index.ts'
import { recognise } from '../../datasets/verify/recognise.ts'
import { temporaryFolder } from '../train/temporaryFolder.ts'
import { cifar10Files, cifar100Files, record, writeArchive, writeFolder } from './cifarArchives.ts'
import { idxFiles } from './idxFiles.ts'

describe('verifyDataset', () => {
  it('should know CIFAR by its files, in an archive, a folder and the folder around it', async () => {
    const folder = await temporaryFolder()
    const archive = await writeArchive(join(folder, 'a.tar.gz'), cifar100Files())
    const unpacked = await writeFolder(join(folder, 'a'), cifar10Files())
    expect(await verifyDataset(archive)).toMatchObject({
      path: archive,
      dataset: 'cifar100',
      layout: 'the official binary layout',
      classes: 100,
      isWhole: false,
      checksum: undefined,
    })
    for (const path of [unpacked, join(unpacked, 'cifar-10-batches-bin')]) {
      expect(await verifyDataset(path)).toMatchObject({ dataset: 'cifar10', classes: 10 })
    }
    const pickled = join(import.meta.dirname, 'fixtures', 'cifar-10-python.tar.gz')
    expect(await verifyDataset(pickled)).toMatchObject({
      dataset: 'cifar10',
      layout: 'the official Python layout',
    })
  })

  it('should take it for what it is said to be', async () => {
    const archive = await writeArchive(join(await temporaryFolder(), 'a.tar.gz'), cifar100Files())
    expect(await verifyDataset(archive, 'cifar100-coarse')).toMatchObject({
      dataset: 'cifar100-coarse',
      classes: 20,
    })
    await expect(verifyDataset(archive, 'mnist')).rejects.toThrow(archive)
  })

  it('should count images, classes, and measure pixels', async () => {
    const files = {
      ...cifar100Files(),
      'cifar-100-binary/train.bin': Buffer.concat([record([0, 7], 0), record([0, 7], 3), record([0, 8], 4)]),
    }
    const { train, test, normalisation } = await verifyDataset(
      await writeFolder(await temporaryFolder(), files),
    )
    expect(train).toMatchObject({ count: 3, officialCount: 50_000, fewest: 0, most: 2 })
    expect(test).toMatchObject({ count: 1, officialCount: 10_000, fewest: 0, most: 1 })
    // Each plane of 1,024 pixels has every value four times: mean 127.5, variance (256² − 1) / 12.
    for (const channel of [0, 1, 2]) {
      expect(train!.measured.mean[channel]).toBeCloseTo(0.5, 12)
      expect(train!.measured.std[channel]).toBeCloseTo(Math.sqrt((256 ** 2 - 1) / 12) / 255, 12)
    }
    expect(normalisation.mean).toEqual([0.5071, 0.4867, 0.4408])
  })

  it('should find the test images that are training images too, whatever their labels', async () => {
    const files = {
      ...cifar100Files(),
      'cifar-100-binary/test.bin': Buffer.concat([
        record([1, 1], 50),
        record([2, 2], 2),
        record([3, 3], 256),
      ]),
    }
    const { duplicates } = await verifyDataset(await writeFolder(await temporaryFolder(), files))
    expect(duplicates).toEqual([
      { test: 1, train: 2 },
      { test: 2, train: 0 },
    ])
  })

  it('should say so where there are no training images', async () => {
    const folder = await writeFolder(await temporaryFolder(), { 'a.bin': record([7], 0) })
    const { dataset, train, test } = await verifyDataset(join(folder, 'a.bin'))
    expect([dataset, train, test.count]).toEqual(['cifar10', undefined, 1])
  })

  it('should know folders of images, and leave open which IDX files are whose', async () => {
    const image = encode({ width: 2, height: 2, channels: 1, data: Uint8Array.of(0, 0, 255, 255) })
    const images = await writeFolder(await temporaryFolder(), {
      'train/a/1.png': image,
      'val/a/1.png': image,
    })
    expect(await verifyDataset(images)).toMatchObject({
      dataset: 'folder',
      isWhole: undefined,
      train: { count: 1, measured: { mean: [0.5], std: [0.5] } },
      duplicates: [{ test: 0, train: 0 }],
    })
    const files = await writeFolder(await temporaryFolder(), idxFiles())
    const { datasets } = await recognise(files)
    expect(datasets).toEqual(expect.arrayContaining(['fashion-mnist', 'mnist']))
    await expect(verifyDataset(files)).rejects.toThrow(
      `${files}: holds IDX files, which several data sets share; give its name (--dataset): ${datasets.join(' or ')}`,
    )
    expect(await verifyDataset(files, 'mnist')).toMatchObject({ dataset: 'mnist', layout: 'IDX files' })
  })

  it('should name damage, and what no data set comes in', async () => {
    const files = { ...cifar100Files(), 'cifar-100-binary/train.bin': record([2, 200], 0) }
    const archive = await writeArchive(join(await temporaryFolder(), 'a.tar.gz'), files)
    await expect(verifyDataset(archive)).rejects.toThrow(
      `train.bin in ${archive}: expected a fine label from 0 to 99 in every record, got 200 in record 0 (byte 1)`,
    )
    const other = await writeFolder(await temporaryFolder(), { 'notes.txt': '' })
    await expect(verifyDataset(other)).rejects.toThrow(
      `${other}: expected CIFAR's archive or folder, a folder of IDX files, or one with train/CLASS/…; found notes.txt`,
    )
    const missing = join(other, 'missing')
    await expect(verifyDataset(missing)).rejects.toThrow(`${missing}: there is no such file or folder`)
  })
})
