import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { encode } from 'fast-png'
import { describe, expect, it } from 'vitest'
import { datasetInfos, datasetNames } from '../../datasets/index.ts'
import { serve } from '../base/files/download/servers.ts'
import { cifar100Files, record, writeArchive, writeFolder } from '../datasets/cifarArchives.ts'
import { idxFiles } from '../datasets/idxFiles.ts'
import { temporaryFolder } from '../train/temporaryFolder.ts'
import { thermograd } from './commandLine.ts'

describe('data list', () => {
  it('should say what each data set is and needs', async () => {
    const { code, stdout } = await thermograd(['data', 'list'])
    expect(code).toBe(0)
    for (const { name, description, data } of datasetInfos) {
      expect(stdout).toContain(
        `${name}: ${description}\n  ${data ? `--data: ${data.what}` : 'needs no files'}`,
      )
    }
    const { datasets } = JSON.parse((await thermograd(['data', 'list', '--json'])).stdout)
    expect(datasets.map(({ name }: { name: string }) => name)).toEqual(datasetNames)
  })
})

describe('data fetch', () => {
  it('should refuse what is not the published archive, and keep nothing of it', async () => {
    const out = await temporaryFolder()
    const { url } = await serve(new Uint8Array(1000))
    const { code, stdout, stderr } = await thermograd([
      'data',
      'fetch',
      'cifar100',
      '--out',
      out,
      '--url',
      url,
    ])
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain(
      `thermograd: ${url}: expected a file with MD5 03b5dce01913d631647c71ecec9e9cb8, got`,
    )
    expect(await readdir(out)).toEqual([])
  })

  it('should know two data sets in two layouts', async () => {
    const unknown = await thermograd(['data', 'fetch', 'mnist'])
    expect([unknown.code, unknown.stderr]).toEqual([
      2,
      expect.stringContaining(
        'thermograd: fetch: no archive of mnist (binary) is published; expected one of cifar100 (binary)',
      ),
    ])
    const layout = await thermograd(['data', 'fetch', 'cifar100', '--layout', 'matlab'])
    expect([layout.code, layout.stderr]).toEqual([
      2,
      expect.stringContaining('Allowed choices are binary, python.'),
    ])
  })
})

describe('data verify', () => {
  it('should say what an archive is and what is in it', async () => {
    const files = { ...cifar100Files(), 'cifar-100-binary/test.bin': record([0, 0], 2) }
    const archive = await writeArchive(join(await temporaryFolder(), 'a.tar.gz'), files)
    const { code, stdout } = await thermograd(['data', 'verify', archive])
    expect(code).toBe(0)
    expect(stdout).toContain(
      `${archive}: cifar100 in the official binary layout, with a different number of images than published\n`,
    )
    expect(stdout).toMatch(
      /train +│ 3 of 50000 +│ 0 to 1 +│ 0\.5000 0\.5000 0\.5000 │ 0\.2898 0\.2898 0\.2898/,
    )
    expect(stdout).toMatch(/normalised by │ +│ +│ 0\.5071 0\.4867 0\.4408 │ 0\.2675 0\.2565 0\.2761/)
    expect(stdout).toContain('1 of the test images occur in the training set: test 0 = train 2')
    const json = JSON.parse((await thermograd(['data', 'verify', archive, '--json'])).stdout)
    expect(json).toMatchObject({ event: 'result', dataset: 'cifar100', duplicates: [{ test: 0, train: 2 }] })
  })

  it('should end with 2 and one sentence where something is damaged', async () => {
    const folder = await writeFolder(await temporaryFolder(), cifar100Files())
    await writeFile(join(folder, 'cifar-100-binary/test.bin'), record([3, 0], 0).subarray(1))
    const { code, stdout, stderr } = await thermograd(['data', 'verify', folder])
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toBe(
      `thermograd: ${folder}/cifar-100-binary/test.bin: expected a whole number of records of 3074 bytes (coarse label, fine label, 3072 pixels), got 3073 bytes: 0 records and 3073 bytes\n`,
    )
  })
})

describe('a network', () => {
  const brief = ['train', '--model', 'resnet8', '--epochs', '1', '--batch-size', '2', '--limit', '2']

  it('should be trained on folders of images, and on IDX files', async () => {
    const pixels = (shift: number) => Uint8Array.from({ length: 12 * 12 * 3 }, (_, place) => place * shift)
    const image = (shift: number) => encode({ width: 12, height: 12, channels: 3, data: pixels(shift) })
    const folder = await temporaryFolder()
    const images = await writeFolder(join(folder, 'images'), {
      'train/a/1.png': image(1),
      'train/b/1.png': image(2),
      'val/a/1.png': image(3),
      'val/a/Thumbs.db': 'no image',
    })
    const idx = await writeFolder(join(folder, 'idx'), idxFiles())
    for (const [name, data] of [
      ['folder', images],
      ['mnist', idx],
      ['fashion-mnist', idx],
    ]) {
      const out = join(folder, `run-${name}`)
      const { code, stdout, stderr } = await thermograd([
        ...brief,
        '--dataset',
        name,
        '--data',
        data,
        '--out',
        out,
      ])
      expect([code, stdout]).toEqual([0, expect.stringMatching(/^test top-1 \d+\.\d\d %/)])
      const notes = stderr.split('\n').filter((line) => line.includes('skipped'))
      const expected = `folder: skipped 1 file that is not an image: ${images}/val/a/Thumbs.db`
      expect(notes).toEqual(name === 'folder' ? [expected] : [])
    }
  })

  it('should be trained on the superclasses of CIFAR-100', async () => {
    const folder = await temporaryFolder()
    const data = await writeArchive(join(folder, 'a.tar.gz'), cifar100Files())
    const argv = [...brief, '--dataset', 'cifar100-coarse', '--data', data, '--out', join(folder, 'run')]
    const { code, stderr } = await thermograd(argv)
    expect(code).toBe(0)
    expect(stderr).toContain('cifar100-coarse: the train files hold 3 of the 50000 published images')
  })
})
