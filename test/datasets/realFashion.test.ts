import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { verifyDataset } from '../../datasets/index.ts'

// Where Debian's package dataset-fashion-mnist puts it.
const folder = '/usr/share/datasets/fashion-mnist'
const isThere = existsSync(folder)
if (!isThere) console.warn(`Skipped: the real Fashion-MNIST, which is not in ${folder}.`)

describe.skipIf(!isThere)('the real Fashion-MNIST, where it is installed', () => {
  it('should be whole, balanced, and normalised by what its pixels come to', async () => {
    const { isWhole, train, test, normalisation } = await verifyDataset(folder, 'fashion-mnist')
    expect(isWhole).toBe(true)
    expect([train!.fewest, train!.most, test.fewest, test.most]).toEqual([6000, 6000, 1000, 1000])
    expect(train!.measured.mean[0]).toBeCloseTo(normalisation.mean[0], 3)
    expect(train!.measured.std[0]).toBeCloseTo(normalisation.std[0], 3)
  })
})
