import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Split, syntheticDataset } from '../../datasets/index.ts'

describe('the synthetic data set', () => {
  it('should have the sizes that were asked for, and every class in turn', () => {
    const small = fc.integer({ min: 1, max: 6 })
    const options = fc.record({
      classes: small,
      channels: small,
      size: small,
      trainCount: small,
      testCount: small,
    })
    fc.assert(
      fc.property(options, (sizes) => {
        const { train, test, classNames } = syntheticDataset(sizes)
        const imageShape = [sizes.channels, sizes.size, sizes.size]
        expect(classNames.length).toBe(sizes.classes)
        expect(train.images.shape).toEqual([sizes.trainCount, ...imageShape])
        expect(test.images.shape).toEqual([sizes.testCount, ...imageShape])
        expect([...train.labels]).toEqual([...train.labels.keys()].map((index) => index % sizes.classes))
      }),
    )
  })

  it('should be named by its seed, image by image', () => {
    const pixels = (options: { seed: number; trainCount: number }) =>
      syntheticDataset({ size: 4, ...options }).train.images.data
    const few = pixels({ seed: 3, trainCount: 20 })
    expect(pixels({ seed: 3, trainCount: 40 }).subarray(0, few.length)).toEqual(few)
    expect(pixels({ seed: 4, trainCount: 20 })).not.toEqual(few)
  })

  it('should be learnable: the nearest class mean of the training images names nine test images of ten', () => {
    const { train, test, classNames } = syntheticDataset({ classes: 20, size: 8 })
    const means = classNames.map((_, label) => meanImage(train, label))
    const right = test.labels.filter((label, index) => nearest(means, imageOf(test, index)) === label)
    expect(right.length).toBeGreaterThanOrEqual(0.9 * test.labels.length)
  })

  it('should say which size cannot be', () => {
    expect(() => syntheticDataset({ classes: 0 })).toThrow(
      'syntheticDataset: expected classes to be an integer ≥ 1, at most 16777216, got 0',
    )
  })
})

function imageOf({ images }: Split, index: number): Uint8Array {
  const size = images.stride[0]
  return images.data.subarray(index * size, (index + 1) * size)
}

function meanImage(split: Split, label: number): number[] {
  const members = [...split.labels.keys()].filter((index) => split.labels[index] === label)
  const images = members.map((index) => imageOf(split, index))
  return Array.from(
    images[0],
    (_, place) => images.reduce((sum, image) => sum + image[place], 0) / images.length,
  )
}

function nearest(means: number[][], image: Uint8Array): number {
  const distances = means.map((mean) =>
    mean.reduce((sum, value, place) => sum + (value - image[place]) ** 2, 0),
  )
  return distances.indexOf(Math.min(...distances))
}
