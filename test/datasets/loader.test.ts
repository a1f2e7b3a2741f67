import fc from 'fast-check'
import ndarray from 'ndarray'
import { describe, expect, it } from 'vitest'
import {
  type Batch,
  Loader,
  type LoaderOptions,
  limitIndices,
  syntheticDataset,
} from '../../datasets/index.ts'
import { augmentation, split } from './arbitraries.ts'

const batchSizeArb = fc.integer({ min: 1, max: 50 })
const epochArb = fc.nat({ max: 1000 })

describe('an epoch', () => {
  it('should show each image once, with its label', () => {
    fc.assert(
      fc.property(
        split(),
        batchSizeArb,
        fc.boolean(),
        fc.nat(),
        epochArb,
        (images, batchSize, shuffle, seed, epoch) => {
          const loader = new Loader(images, { batchSize, shuffle, seed })
          const batches = [...loader.epoch(epoch)]
          const indices = flatten(batches)
          expect(batches.length).toBe(loader.batchesPerEpoch)
          expect(indices.toSorted((a, b) => a - b)).toEqual(range(loader.length))
          for (const batch of batches) expect(batch.labels).toEqual(batch.indices)
          if (!shuffle) expect(indices).toEqual(range(loader.length))
        },
      ),
    )
  })

  it('should fill all batches but the last, which dropLast leaves out if it is small', () => {
    fc.assert(
      fc.property(split(), batchSizeArb, (images, batchSize) => {
        const count = images.labels.length
        const sizes = [...new Loader(images, { batchSize }).epoch(0)].map((batch) => batch.images.shape[0])
        const full = Math.floor(count / batchSize)
        const rest = count % batchSize
        expect(sizes).toEqual([...Array(full).fill(batchSize), ...(rest > 0 ? [rest] : [])])
        fc.pre(full > 0)
        const dropping = new Loader(images, { batchSize, dropLast: true })
        expect(dropping.batchesPerEpoch).toBe(full)
        expect(dropping.imagesPerEpoch).toBe(full * batchSize)
        expect([...dropping.epoch(0)].map((batch) => batch.labels.length)).toEqual(
          Array(full).fill(batchSize),
        )
      }),
    )
  })

  it('should have an order that depends on the seed and the epoch alone', () => {
    const order = (options: Partial<LoaderOptions>, epoch: number) =>
      flatten([
        ...new Loader(syntheticDataset({ size: 1 }).train, { batchSize: 7, shuffle: true, ...options }).epoch(
          epoch,
        ),
      ])
    const here = order({ seed: 1 }, 2)
    expect(order({ seed: 1, batchSize: 100, augment: { padding: 1, flip: true } }, 2)).toEqual(here)
    expect(order({ seed: 2 }, 2)).not.toEqual(here)
    expect(order({ seed: 1 }, 3)).not.toEqual(here)
  })

  it('should go on from any batch as if it had run from the first', () => {
    fc.assert(
      fc.property(
        split(),
        batchSizeArb,
        augmentation(),
        epochArb,
        fc.nat(),
        (images, batchSize, augment, epoch, start) => {
          const loader = new Loader(images, { batchSize, shuffle: true, augment })
          const startBatch = start % (loader.batchesPerEpoch + 1)
          const resumed = [...loader.epoch(epoch, { startBatch })]
          expect(resumed).toEqual([...loader.epoch(epoch)].slice(startBatch))
        },
      ),
    )
  })

  it('should say which images follow, and what any of them looks like', () => {
    fc.assert(
      fc.property(
        split(),
        batchSizeArb,
        augmentation(),
        fc.boolean(),
        epochArb,
        (images, batchSize, augment, dropLast, epoch) => {
          fc.pre(!dropLast || batchSize <= images.labels.length)
          const loader = new Loader(images, { batchSize, shuffle: true, augment, dropLast })
          const batches = [...loader.epoch(epoch)]
          for (const [number, { following }] of batches.entries())
            expect([...following]).toEqual(flatten(batches.slice(number + 1)))
          const { indices, images: shown } = batches.at(-1)!
          expect(loader.images(epoch, indices)).toEqual(shown)
        },
      ),
    )
  })
})

describe('augmentation', () => {
  it('should depend neither on the batch size, nor on the order, nor on the limit', () => {
    fc.assert(
      fc.property(
        split(),
        batchSizeArb,
        fc.integer({ min: 1, max: 40 }),
        augmentation(),
        fc.nat(),
        epochArb,
        (images, batchSize, limit, augment, seed, epoch) => {
          const one = new Loader(images, { batchSize: 1, augment, seed })
          const other = new Loader(images, { batchSize, shuffle: true, limit, augment, seed })
          const expected = [...one.epoch(epoch)].map((batch) => Array.from(batch.images.data))
          for (const batch of other.epoch(epoch)) {
            batch.indices.forEach((index, position) => {
              const image = batch.images.pick(position)
              const pixels = image.data.subarray(image.offset, image.offset + image.size)
              expect(Array.from(pixels)).toEqual(expected[index])
            })
          }
        },
      ),
    )
  })

  it('should differ from epoch to epoch', () => {
    const { train } = syntheticDataset({ trainCount: 50, size: 8 })
    const loader = new Loader(train, { batchSize: 50, augment: { padding: 2, flip: true } })
    const [[first], [second]] = [[...loader.epoch(0)], [...loader.epoch(1)]]
    expect(first.images.data).not.toEqual(second.images.data)
  })
})

describe('limit', () => {
  it('should keep that many different images, and a subset of what a larger limit keeps', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), fc.nat({ max: 250 }), fc.nat(), (count, limit, seed) => {
        const kept = limitIndices(count, limit, seed)
        expect(kept.length).toBe(Math.min(count, limit))
        expect(new Set(kept).size).toBe(kept.length)
        expect(kept).toEqual(kept.toSorted())
        const larger = new Set(limitIndices(count, limit + 1, seed))
        expect(kept.every((index) => larger.has(index))).toBe(true)
      }),
    )
  })

  it('should be what an epoch covers', () => {
    const loader = new Loader(syntheticDataset({ size: 1 }).train, {
      batchSize: 8,
      shuffle: true,
      limit: 30,
      seed: 4,
    })
    expect(loader.length).toBe(30)
    expect(loader.batchesPerEpoch).toBe(4)
    const kept = limitIndices(1000, 30, 4)
    expect(Int32Array.from(flatten([...loader.epoch(1)])).sort()).toEqual(kept)
  })
})

describe('a loader that cannot work', () => {
  const { train } = syntheticDataset({ trainCount: 10, size: 2 })
  const make =
    (options: Partial<LoaderOptions>, images = train) =>
    () =>
      new Loader(images, { batchSize: 4, ...options })

  it('should say why', () => {
    expect(make({ batchSize: 0 })).toThrow(
      'Loader: expected batchSize to be an integer ≥ 1, at most 2³², got 0',
    )
    expect(make({ limit: 1.5 })).toThrow('Loader: expected limit to be an integer ≥ 0, or Infinity, got 1.5')
    expect(make({ batchSize: 16, dropLast: true })).toThrow(
      'Loader: dropLast with a batchSize of 16 leaves no batch of the 10 synthetic training images',
    )
    expect(() => make({})().epoch(0, { startBatch: 4 })).toThrow(
      'Loader: expected startBatch to be an integer ≥ 0, at most 3, got 4',
    )
    expect(make({}, { ...train, images: train.images.hi(0) })).toThrow(
      'Loader: there are no synthetic training images',
    )
    expect(make({}, { ...train, labels: new Int32Array(9) })).toThrow(
      'Loader: synthetic training images: expected a label for each of the 10 images, got 9 labels',
    )
    expect(make({}, { ...train, images: ndarray(new Uint8Array(119), [10, 3, 2, 2]) })).toThrow(
      'Loader: expected split.images to lie in its data, of 119 elements, but [10,3,2,2]',
    )
    expect(make({}, { ...train, images: train.images.pick(0) })).toThrow(
      'Loader: synthetic training images: expected [count, channels, height, width], got [3,2,2]',
    )
    expect(make({}, { ...train, normalisation: { scale: 255, mean: [0], std: [1] } })).toThrow(
      'expected a mean and a std for each of the 3 channels, got 1 and 1',
    )
  })
})

function flatten(batches: Batch[]): number[] {
  return batches.flatMap((batch) => [...batch.indices])
}

function range(length: number): number[] {
  return Array.from({ length }, (_, index) => index)
}
