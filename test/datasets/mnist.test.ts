import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { InvalidInputError } from '../../base/errors.ts'
import { type Dataset, openFashionMnist, openMnist } from '../../datasets/index.ts'
import { temporaryFolder } from '../train/temporaryFolder.ts'
import { writeFolder } from './cifarArchives.ts'
import { idx, idxFiles } from './idxFiles.ts'
import { refusalOf } from './refusal.ts'

async function refusal(changes: Record<string, Uint8Array>): Promise<string> {
  const { folder, message } = await refusalOf(openMnist, { ...idxFiles(), ...changes })
  return message.replaceAll(`${folder}/`, '')
}

describe('IDX files', () => {
  it('should be read with their labels, rows and columns', async () => {
    const folder = await writeFolder(await temporaryFolder(), idxFiles())
    const { name, train, test, classNames, augmentation } = await openMnist(folder)
    expect(name).toBe('mnist')
    expect([train.images.shape, test.images.shape]).toEqual([
      [3, 1, 2, 4],
      [1, 1, 2, 4],
    ])
    expect([...train.labels, ...test.labels].map((label) => classNames[label])).toEqual(['5', '0', '9', '3'])
    expect([0, 1, 2].map((index) => train.images.get(index, 0, 1, 2))).toEqual([6, 14, 22])
    expect(augmentation.flip).toBe(false)
  })

  it('should be the same packed or not, whatever they are called', async () => {
    const folder = await temporaryFolder()
    const plain = await openMnist(await writeFolder(join(folder, 'plain'), idxFiles()))
    const packed = Object.entries(idxFiles()).map(([name, body]) => [`${name}.gz`, gzipSync(body)])
    expect(await openMnist(await writeFolder(join(folder, 'packed'), Object.fromEntries(packed)))).toEqual(
      plain,
    )
    const dotted = Object.entries(idxFiles()).map(([name, body]) => [name.replace('-idx', '.idx'), body])
    expect(await openMnist(await writeFolder(join(folder, 'dotted'), Object.fromEntries(dotted)))).toEqual(
      plain,
    )
  })

  it('should be clothes in Fashion-MNIST', async () => {
    const folder = await writeFolder(await temporaryFolder(), idxFiles())
    const { name, classNames, train }: Dataset = await openFashionMnist(folder)
    expect([name, classNames[9], train.labels[2]]).toEqual(['fashion-mnist', 'ankle boot', 9])
  })

  it('should be named where they are missing', async () => {
    const folder = await writeFolder(await temporaryFolder(), {
      'train-images-idx3-ubyte': '',
      'notes.txt': '',
    })
    await expect(openMnist(folder)).rejects.toThrow(
      `${folder}: expected mnist in IDX files (train-images-idx3-ubyte.gz, train-labels-idx1-ubyte.gz, t10k-images-idx3-ubyte.gz, t10k-labels-idx1-ubyte.gz, gzipped or not), but found no train-labels-idx1-ubyte.gz, t10k-images-idx3-ubyte.gz, t10k-labels-idx1-ubyte.gz; found notes.txt, train-images-idx3-ubyte`,
    )
    const missing = join(folder, 'missing')
    await expect(openMnist(missing)).rejects.toThrow(`${missing}: there is no such file or folder`)
  })
})

describe('IDX files that are not what they should be', () => {
  it.each<[string, Record<string, Uint8Array>, string]>([
    [
      'labels for images',
      { 'train-images-idx3-ubyte': idx([3], [1, 2, 3]) },
      'train-images-idx3-ubyte: expected an IDX file of bytes with 3 axes, which begins with 00000803 and has a header of 16 bytes; this one begins with 00000801 and has 11 bytes',
    ],
    [
      'nothing',
      { 't10k-labels-idx1-ubyte': new Uint8Array(0) },
      't10k-labels-idx1-ubyte: expected an IDX file of bytes with 1 axes, which begins with 00000801 and has a header of 8 bytes; this one begins with nothing and has 0 bytes',
    ],
    [
      'too few bytes',
      { 'train-images-idx3-ubyte': idx([3, 2, 4], Array(23).fill(0)) },
      'train-images-idx3-ubyte: expected 16 + 3 × 2 × 4 = 40 bytes, as its header says, got 39',
    ],
    [
      'too many bytes',
      { 'train-labels-idx1-ubyte': idx([3], [1, 2, 3, 4]) },
      'train-labels-idx1-ubyte: expected 8 + 3 = 11 bytes, as its header says, got 12',
    ],
    [
      'enormous axes',
      { 'train-images-idx3-ubyte': idx([2 ** 32 - 1, 2 ** 32 - 1, 4], []) },
      'train-images-idx3-ubyte: expected 16 + 4294967295 × 4294967295 × 4 = ',
    ],
    [
      'no images',
      { 'train-images-idx3-ubyte': idx([0, 2, 4], []) },
      'train-images-idx3-ubyte: expected images, got 0 × 2 × 4',
    ],
    [
      'other counts',
      { 'train-labels-idx1-ubyte': idx([2], [1, 2]) },
      'train-labels-idx1-ubyte: expected a label for each of the 3 images of train-images-idx3-ubyte, got 2',
    ],
    [
      'a label out of range',
      { 'train-labels-idx1-ubyte': idx([3], [1, 10, 2]) },
      'train-labels-idx1-ubyte: expected labels from 0 to 9, got 10 in record 1 (byte 9)',
    ],
    [
      'another size of the test images',
      { 't10k-images-idx3-ubyte': idx([1, 4, 2], Array(8).fill(0)) },
      't10k-images-idx3-ubyte: expected images of 2×4, as in train-images-idx3-ubyte, got 4×2',
    ],
    [
      'a truncated packed file',
      { 'train-images-idx3-ubyte': gzipSync(idx([3, 2, 4], Array(24).fill(0))).subarray(0, 30) },
      'train-images-idx3-ubyte: expected a complete gzip file, but this one is truncated or damaged (unexpected end of file)',
    ],
  ])('should be refused: %s', async (_, changes, message) => {
    expect(await refusal(changes)).toContain(message)
  })

  it('should be refused, packed, wherever a byte is another one or they end too early', async () => {
    const folder = await writeFolder(await temporaryFolder(), idxFiles())
    const path = join(folder, 'train-images-idx3-ubyte')
    const whole = gzipSync(idxFiles()['train-images-idx3-ubyte'])
    const expected = await openMnist(folder)
    const outcome = () =>
      openMnist(folder).catch((error) => {
        expect(error).toBeInstanceOf(InvalidInputError)
        return expected
      })
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: whole.length - 1 }),
        fc.integer({ min: 0, max: 255 }),
        async (place, difference) => {
          const spoiled = Uint8Array.from(difference === 0 ? whole.subarray(0, place) : whole)
          if (difference > 0) spoiled[place] ^= difference
          await writeFile(path, spoiled)
          expect(await outcome()).toEqual(expected)
        },
      ),
      { numRuns: 300 },
    )
  })
})
