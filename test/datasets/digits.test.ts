import { readFile } from 'node:fs/promises'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { decodeDigits, Loader, openDigits, type Split } from '../../datasets/index.ts'

const digits = await openDigits()
const packed = await readFile(new URL('../../datasets/digits/digits.csv.gz', import.meta.url))

it('should hold every digit of the file as often as scikit-learn counts', () => {
  const both = [digits.train, digits.test]
  const counts = digits.classNames.map((_, label) =>
    both.map(({ labels }) => labels.filter((other) => other === label).length),
  )
  expect(counts.map(([train, test]) => train + test)).toEqual([
    178, 182, 177, 183, 181, 182, 181, 179, 174, 180,
  ])
  expect(both.map((split) => split.images.shape)).toEqual([
    [1437, 1, 8, 8],
    [360, 1, 8, 8],
  ])
})

it('should read rows, columns and labels in their order', () => {
  const first = digits.train.images.pick(0, 0)
  expect([0, 1, 2, 3, 4, 5, 6, 7].map((column) => first.get(0, column))).toEqual([0, 0, 5, 13, 9, 1, 0, 0])
  expect([0, 1, 2, 3, 4, 5, 6, 7].map((row) => first.get(row, 2))).toEqual([5, 13, 15, 12, 8, 11, 14, 6])
  expect([...digits.train.labels.slice(0, 12)]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1])
  expect(digits.train.images.data.reduce((most, pixel) => Math.max(most, pixel))).toBe(16)
})

it('should be normalised to mean 0 and deviation 1 on the training images', () => {
  const { mean, deviation } = statistics(digits.train)
  expect(mean).toBeCloseTo(0, 3)
  expect(deviation).toBeCloseTo(1, 3)
})

function statistics(split: Split): { mean: number; deviation: number } {
  const [{ images }] = new Loader(split, { batchSize: split.labels.length }).epoch(0)
  const mean = images.data.reduce((sum, value) => sum + value, 0) / images.size
  const variance = images.data.reduce((sum, value) => sum + (value - mean) ** 2, 0) / images.size
  return { mean, deviation: Math.sqrt(variance) }
}

describe('their file', () => {
  it('should be read as well where a server has unpacked it', async () => {
    const unpacked = await decodeDigits(new Uint8Array(gunzipSync(packed)))
    expect(unpacked.train.labels).toEqual(digits.train.labels)
    expect(unpacked.test.images.data).toEqual(digits.test.images.data)
  })

  it('should be refused where something else came', async () => {
    const page = new TextEncoder().encode('<!doctype html>\n<title>Not found</title>\n')
    await expect(decodeDigits(page)).rejects.toThrow(
      "digits: expected 1797 lines of 65 integers, got 41 bytes that begin with '<!doctype html>'",
    )
  })
})
