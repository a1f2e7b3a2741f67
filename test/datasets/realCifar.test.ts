import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Loader, openCifar10, openCifar100, type Split, verifyDataset } from '../../datasets/index.ts'

const data = process.env['THERMOGRAD_DATA']
if (!data) console.warn('Skipped: real CIFAR images. THERMOGRAD_DATA names the folder that holds them.')

describe.skipIf(!data)('real CIFAR images, where THERMOGRAD_DATA names their folder', () => {
  it('should be balanced in CIFAR-100, each fine class within one coarse class', async () => {
    const { train, test, classNames, coarseClassNames } = await openCifar100(
      join(data!, 'cifar-100-binary.tar.gz'),
    )
    for (const split of [train, test]) {
      const counts = countLabels(split, 100)
      expect(new Set(counts).size).toBe(1)
      const pairs = new Set([...split.labels].map((label, index) => `${label} ${split.coarseLabels[index]}`))
      expect(pairs.size).toBe(100)
    }
    expect(classNames[0]).toBe('apple')
    expect(coarseClassNames[train.coarseLabels[train.labels.indexOf(0)]]).toBe('fruit_and_vegetables')
    demandNormalised(train)
  })

  it('should be verified, a part of them as well as the whole', async () => {
    const { dataset, train, normalisation, duplicates } = await verifyDataset(
      join(data!, 'cifar-100-binary.tar.gz'),
    )
    expect(dataset).toBe('cifar100')
    expect([train!.fewest, train!.most]).toEqual([train!.count / 100, train!.count / 100])
    for (const channel of [0, 1, 2]) {
      expect(Math.abs(train!.measured.mean[channel] - normalisation.mean[channel])).toBeLessThan(0.01)
    }
    // The published test images are not all new.
    expect(duplicates.length).toBeGreaterThan(0)
  })

  it('should be read from a single file in CIFAR-10', async () => {
    const { test } = await openCifar10(join(data!, 'cifar10', 'test_1000.bin'))
    expect(test.images.shape).toEqual([1000, 3, 32, 32])
    expect(countLabels(test, 10).every((count) => count > 50)).toBe(true)
    demandNormalised(test)
  })
})

function countLabels({ labels }: Split, classes: number): number[] {
  const counts = Array(classes).fill(0)
  for (const label of labels) counts[label]++
  return counts
}

/** A sample differs from the whole, so this holds the constants to two digits. */
function demandNormalised(split: Split): void {
  const [{ images }] = new Loader(split, { batchSize: 1000, limit: 1000 }).epoch(0)
  const mean = images.data.reduce((sum, value) => sum + value, 0) / images.size
  const variance = images.data.reduce((sum, value) => sum + (value - mean) ** 2, 0) / images.size
  expect(Math.abs(mean)).toBeLessThan(0.05)
  expect(Math.abs(Math.sqrt(variance) - 1)).toBeLessThan(0.05)
}
