import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Loader } from '../../datasets/index.ts'
import { openExecutor, tensor } from '../../engine/index.ts'
import { environmentOf, newNetwork, quantilesOf, resolveHyperparameters, run } from '../../train/index.ts'
import { temporaryFolder } from './temporaryFolder.ts'
import { tinyDataset } from './tinyNetwork.ts'

const dataset = tinyDataset()

async function finishedRun(method: string) {
  const folder = join(await temporaryFolder(), 'run')
  const network = newNetwork('resnet8', dataset, 9)
  const teacher = method === 'alone' ? undefined : { model: 'resnet8', network, source: 'nowhere' }
  const environment = environmentOf(await openExecutor('auto'))
  const hyperparameters = resolveHyperparameters({ epochs: 2, batchSize: 8 })
  const finished = await run({
    folder,
    dataset,
    model: 'resnet8',
    method,
    teacher,
    hyperparameters,
    seed: 5,
    environment,
  })
  return { folder, teacher: network, ...finished }
}

/** Rows of logits for the test images. */
async function logitsOf(network: ReturnType<typeof newNetwork>): Promise<number[][]> {
  const [{ images }] = new Loader(dataset.test, { batchSize: 10 }).epoch(0)
  const { logits } = network.evaluate().forward(tensor(images.data, { shape: images.shape }))
  const flat = Array.from(await logits.data())
  return Array.from({ length: 10 }, (_, row) => flat.slice(3 * row, 3 * row + 3))
}

function expectNear(actual: readonly number[], expected: readonly number[]): void {
  expect(actual).toHaveLength(expected.length)
  for (const [i, value] of actual.entries()) expect(value).toBeCloseTo(expected[i], 4)
}

const sharpnessOf = (row: readonly number[]) => Math.log(row.reduce((sum, z) => sum + Math.exp(z), 0))

describe('quantiles', () => {
  it('should be the numbers themselves where there are as many', () => {
    expect(quantilesOf([3, 1, 2])).toEqual([1, 1.1, 1.5, 2, 2.5, 2.9, 3])
    expect(quantilesOf([7])).toEqual(Array(7).fill(7))
  })

  it('should be refused of no numbers', () =>
    expect(() => quantilesOf([])).toThrow('quantilesOf: expected at least one number, got none'))

  it('should rise, from the least number to the largest', () =>
    fc.assert(
      fc.property(fc.array(fc.double({ noNaN: true, min: -1e9, max: 1e9 }), { minLength: 1 }), (numbers) => {
        const quantiles = quantilesOf(numbers)
        expect(quantiles.toSorted((a, b) => a - b)).toEqual([...quantiles])
        // Not `toBe`, to which −0 is another number.
        expect(quantiles[0] === Math.min(...numbers) && quantiles[6] === Math.max(...numbers)).toBe(true)
      }),
    ))
})

describe('the distribution after an epoch', () => {
  it('should be that of the sharpness and of the temperatures of DTKD over the test images', async () => {
    const { network, teacher, last } = await finishedRun('dtkd')
    const [students, teachers] = [await logitsOf(network), await logitsOf(teacher)]
    expectNear(last.distribution.studentSharpness, quantilesOf(students.map(sharpnessOf)))
    expectNear(last.distribution.teacherSharpness, quantilesOf(teachers.map(sharpnessOf)))
    const temperatures = students.map((row, i) => {
      const [y, x] = [Math.max(...row), Math.max(...teachers[i])]
      return x > 0 && y > 0 ? (8 * y) / (x + y) : Number.NaN
    })
    if (temperatures.every(Number.isFinite)) {
      expectNear(last.distribution.studentTemperature, quantilesOf(temperatures))
    }
    const [least, , , , , , largest] = last.distribution.teacherTemperature
    expect(least).toBeGreaterThan(0)
    expect(largest).toBeLessThan(8)
  })

  it('should be at one temperature for KD, at none for a method of features, of the student alone without a teacher', async () => {
    expect((await finishedRun('kd')).last.distribution.teacherTemperature).toEqual(Array(7).fill(4))
    expect(Object.keys((await finishedRun('at')).last.distribution)).toEqual([
      'studentSharpness',
      'teacherSharpness',
    ])
    expect(Object.keys((await finishedRun('alone')).last.distribution)).toEqual(['studentSharpness'])
  })
})

describe('confusions', () => {
  it('should count which class went where, and show the images', async () => {
    const { folder, network, last } = await finishedRun('alone')
    const { matrix, worst, image } = JSON.parse(await readFile(join(folder, 'confusions.json'), 'utf8'))
    const predicted = (await logitsOf(network)).map((row) => row.indexOf(Math.max(...row)))
    const expected = [0, 1, 2].map((label) =>
      [0, 1, 2].map(
        (other) => predicted.filter((p, i) => p === other && dataset.test.labels[i] === label).length,
      ),
    )
    expect(matrix).toEqual(expected)
    const right = [0, 1, 2].reduce((sum, label) => sum + matrix[label][label], 0)
    expect(10 * right).toBeCloseTo(last.test.top1, 4)
    const mistakes = worst.reduce((sum: number, { count }: { count: number }) => sum + count, 0)
    expect(mistakes).toBe(10 - right)
    expect(image).toEqual({ shape: [1, 4, 4], scale: dataset.test.normalisation.scale })
    for (const { label, predicted: other, images } of worst) {
      const first = predicted.findIndex((p, i) => p === other && dataset.test.labels[i] === label)
      const pixels = dataset.test.images.pick(first)
      const stored = Array.from({ length: 16 }, (_, i) => pixels.get(0, Math.floor(i / 4), i % 4))
      expect([...Buffer.from(images[0], 'base64')]).toEqual(stored)
    }
  })
})

/** CRC-32C bit by bit, as RFC 3720 defines it. */
function crc32c(bytes: Uint8Array): number {
  let crc = ~0
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1
  }
  return ~crc >>> 0
}

const masked = (crc: number) => (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0

describe("TensorBoard's event file", () => {
  it('should have the checksum of RFC 3720 in this test', () => {
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa)
  })

  it('should be records with right checksums that hold the names and numbers of every epoch', async () => {
    const { folder, last } = await finishedRun('dtkd')
    const name = (await readdir(folder)).find((file) => file.includes('tfevents'))!
    const bytes = await readFile(join(folder, name))
    const records: Buffer[] = []
    for (let place = 0; place < bytes.length; ) {
      const length = Number(bytes.readBigUInt64LE(place))
      expect(bytes.readUInt32LE(place + 8)).toBe(masked(crc32c(bytes.subarray(place, place + 8))))
      const payload = bytes.subarray(place + 12, place + 12 + length)
      expect(bytes.readUInt32LE(place + 12 + length)).toBe(masked(crc32c(payload)))
      records.push(payload)
      place += length + 16
    }
    expect(records).toHaveLength(3)
    expect(records[0].includes('brain.Event:2')).toBe(true)
    const float = Buffer.alloc(4)
    const scalars = {
      'test/top1': last.test.top1,
      'median/studentTemperature': last.distribution.studentTemperature[3],
    }
    for (const [tag, value] of Object.entries(scalars)) {
      float.writeFloatLE(value)
      const at = records[2].indexOf(tag)
      expect(at, tag).toBeGreaterThan(0)
      // Behind the tag: the key of `simple_value` (field 2, four bytes), then its bytes.
      expect(records[2].subarray(at + tag.length, at + tag.length + 5)).toEqual(
        Buffer.concat([Buffer.of(0x15), float]),
      )
    }
  })
})
