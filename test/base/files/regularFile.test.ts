import { execFileSync } from 'node:child_process'
import fileSystem, { mkdir, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { InvalidInputError } from '../../../base/errors.ts'
import { appendDurably } from '../../../base/files/appendFile.ts'
import { checksumOf } from '../../../base/files/download/checksum.ts'
import { readJson } from '../../../base/files/json.ts'
import { readBytes, readText, readTextIfThere } from '../../../base/files/regularFile.ts'
import { readYaml } from '../../../base/files/yaml.ts'
import { openDataset, verifyDataset } from '../../../datasets/index.ts'
import { loadWeights } from '../../../nn/index.ts'
import { readRecipe } from '../../../train/index.ts'
import { readManifest } from '../../../train/study/manifest.ts'
import { SlotFile } from '../../../train/teacherLogits/slotFile.ts'
import { temporaryFolder } from '../../train/temporaryFolder.ts'

async function pipeAt(path: string): Promise<string> {
  await mkdir(join(path, '..'), { recursive: true })
  execFileSync('mkfifo', [path])
  return path
}

/** Whatever reads a file that somebody names. */
const readers: Record<string, (path: string) => Promise<unknown>> = {
  'a file': readBytes,
  'a text': readText,
  'a text that need not be there': readTextIfThere,
  JSON: readJson,
  YAML: readYaml,
  'a recipe': readRecipe,
  'a manifest': readManifest,
  weights: loadWeights,
  'a checksum': (path) => checksumOf(path),
  'an archive': (data) => openDataset('cifar100', { data }),
  'an archive that is verified': (data) => verifyDataset(data, 'cifar100'),
  'more of a file': (path) => appendDurably(path, 'x'),
}

describe('what is no regular file', () => {
  it.each(Object.keys(readers))('should be refused at once where it should be %s', async (name) => {
    const path = await pipeAt(join(await temporaryFolder(), 'pipe'))
    const error: Error = await readers[name](path).then(
      () => new Error('read'),
      (error) => error,
    )
    expect(error).toBeInstanceOf(InvalidInputError)
    expect(error.message).toMatch(`${path}: `)
    if (name !== 'more of a file') {
      expect(error.message).toBe(`${path}: expected a file, but this is a named pipe`)
      await expect(readers[name]('/dev/zero')).rejects.toThrow(
        '/dev/zero: expected a file, but this is a device',
      )
    }
  })

  it('should be refused among the files of a data set', async () => {
    const folder = await temporaryFolder()
    await pipeAt(join(folder, 'mnist/train-images-idx3-ubyte'))
    for (const name of ['train-labels-idx1', 't10k-images-idx3', 't10k-labels-idx1'])
      await writeFile(join(folder, `mnist/${name}-ubyte`), '')
    await expect(openDataset('mnist', { data: join(folder, 'mnist') })).rejects.toThrow(
      'train-images-idx3-ubyte: expected a file, but this is a named pipe',
    )
    await pipeAt(join(folder, 'cifar10/data_batch_1.bin'))
    await expect(openDataset('cifar10', { data: join(folder, 'cifar10') })).rejects.toThrow(
      /data_batch_1.bin: expected /,
    )
    await pipeAt(join(folder, 'images/train/a/1.png'))
    await mkdir(join(folder, 'images/test'))
    await expect(openDataset('folder', { data: join(folder, 'images') })).rejects.toThrow(
      '1.png: expected a file, but this is a named pipe',
    )
  })

  it('should be refused as a cache of logits', async () => {
    const path = await pipeAt(join(await temporaryFolder(), 'logits'))
    expect(() => new SlotFile(path, {}, 4)).toThrow(`${path}: expected a file, but this is something else`)
  })

  it('should be named: a folder, a socket', async () => {
    const folder = await temporaryFolder()
    await expect(readBytes(folder)).rejects.toThrow(`${folder}: expected a file, but this is a folder`)
    const path = join(folder, 'socket')
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(path, resolve))
    onTestFinished(() => void server.close())
    await expect(readBytes(path)).rejects.toThrow(`${path}: cannot be read (ENXIO`)
  })
})

describe('a regular file', () => {
  it('should be read whole, through links, up to a limit', async () => {
    const folder = await temporaryFolder()
    await writeFile(join(folder, 'a'), '\uFEFFé')
    await symlink('a', join(folder, 'b'))
    expect(await readText(join(folder, 'b'), 5)).toBe('\uFEFFé')
    expect([...(await readBytes(join(folder, 'b')))]).toEqual([0xef, 0xbb, 0xbf, 0xc3, 0xa9])
    await expect(readText(join(folder, 'b'), 4)).rejects.toThrow(
      'expected a file of at most 4 bytes, but it has 5',
    )
    expect(await readTextIfThere(join(folder, 'none'))).toBeUndefined()
  })

  it('should count as missing if another process creates it right after it was looked for', async () => {
    const path = join(await temporaryFolder(), 'config.json')
    const { open } = fileSystem
    const opening = vi.spyOn(fileSystem, 'open').mockImplementationOnce(async (...given) => {
      try {
        return await open(...given)
      } finally {
        await writeFile(path, '{}')
      }
    })
    onTestFinished(() => opening.mockRestore())
    expect(await readJson(path)).toBeUndefined()
    expect(await readJson(path)).toEqual({})
  })
})
