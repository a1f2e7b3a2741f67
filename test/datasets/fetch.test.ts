import { createHash } from 'node:crypto'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { fetchDataset, type PublishedArchive, publishedArchives } from '../../datasets/index.ts'
import { serve } from '../base/files/download/servers.ts'
import { temporaryFolder } from '../train/temporaryFolder.ts'

const file = Uint8Array.from({ length: 30_000 }, (_, i) => i % 251)
const md5 = createHash('md5').update(file).digest('hex')
const other = '0'.repeat(32)

/** As if the author published an archive of this checksum there. */
function archiveAt(url: string, digits = md5): PublishedArchive[] {
  return [{ dataset: 'cifar100', layout: 'binary', file: 'cifar.tar.gz', url, md5: digits }]
}

describe('fetchDataset', () => {
  it('should put the archive into a new folder, and not ask for it again', async () => {
    const folder = join(await temporaryFolder(), 'new')
    const { url, ranges } = await serve(file, { cuts: [10_000, 30_000] })
    const options = { folder, archives: archiveAt(url), pauseMilliseconds: 1 }
    const path = join(folder, 'cifar.tar.gz')
    expect(await fetchDataset('cifar100', options)).toEqual({ path, md5, wasThere: false })
    expect(new Uint8Array(await readFile(path))).toEqual(file)
    expect(ranges.length).toBe(2)
    expect(await fetchDataset('cifar100', options)).toEqual({ path, md5, wasThere: true })
    expect(ranges.length).toBe(2)
    expect(await readdir(folder)).toEqual(['cifar.tar.gz'])
  })

  it('should keep nothing of another checksum', async () => {
    const folder = await temporaryFolder()
    const { url } = await serve(file)
    await expect(fetchDataset('cifar100', { folder, archives: archiveAt(url, other) })).rejects.toThrow(
      `${url}: expected a file with MD5 ${other}, got ${md5}`,
    )
    expect(await readdir(folder)).toEqual([])
  })

  it('should leave alone another file that is there, and refuse it', async () => {
    const folder = await temporaryFolder()
    const path = join(folder, 'cifar.tar.gz')
    await writeFile(path, file)
    const { url, ranges } = await serve(file)
    await expect(fetchDataset('cifar100', { folder, archives: archiveAt(url, other) })).rejects.toThrow(
      `${path}: expected no file, or the published one with MD5 ${other}, but this one has ${md5}; move it away, or fetch into another folder`,
    )
    expect(await readdir(folder)).toEqual(['cifar.tar.gz'])
    expect(ranges).toEqual([])
  })

  it('should say where the folder cannot be', async () => {
    const folder = await temporaryFolder()
    await writeFile(join(folder, 'file'), '')
    await expect(fetchDataset('cifar10', { folder: join(folder, 'file') })).rejects.toThrow(
      `${folder}/file: cannot create this folder (EEXIST`,
    )
  })

  it('should say what is published', async () => {
    await expect(fetchDataset('imagenet', { layout: 'python' })).rejects.toThrow(
      'fetch: no archive of imagenet (python) is published; expected one of cifar100 (binary), cifar100 (python), cifar10 (binary), cifar10 (python)',
    )
  })
})

it('should know the checksums that the author publishes', () => {
  expect(publishedArchives.map(({ file, md5 }) => [file, md5])).toEqual([
    ['cifar-100-binary.tar.gz', '03b5dce01913d631647c71ecec9e9cb8'],
    ['cifar-100-python.tar.gz', 'eb9058c3a382ffc7106e4002c42a8d85'],
    ['cifar-10-binary.tar.gz', 'c32a1d4ab5d03f1284b67883e8d87530'],
    ['cifar-10-python.tar.gz', 'c58f30108f718f92721af3b95e74349a'],
  ])
})
