import fc from 'fast-check'
import ndarray from 'ndarray'
import type { Augmentation, Split } from '../../datasets/index.ts'

/** For splits of 1 to 40 small images (included) with any pixels, whose labels are the images' numbers. */
export function split(): fc.Arbitrary<Split> {
  return fc
    .record({
      count: fc.integer({ min: 1, max: 40 }),
      channels: fc.integer({ min: 1, max: 3 }),
      height: fc.integer({ min: 1, max: 5 }),
      width: fc.integer({ min: 1, max: 5 }),
      pixelSeed: fc.nat(),
    })
    .map(({ count, channels, height, width, pixelSeed }) => ({
      name: 'random images',
      images: ndarray(
        Uint8Array.from(
          { length: count * channels * height * width },
          (_, place) => Math.imul(place + pixelSeed, 2654435761) >>> 24,
        ),
        [count, channels, height, width],
      ),
      labels: Int32Array.from({ length: count }, (_, index) => index),
      normalisation: {
        scale: 255,
        mean: [0.5, 0.25, 0.75].slice(0, channels),
        std: [0.25, 0.5, 0.125].slice(0, channels),
      },
    }))
}

/** For augmentations, those that pad by more than the image holds among them. */
export function augmentation(): fc.Arbitrary<Augmentation> {
  return fc.record({ padding: fc.integer({ min: 0, max: 7 }), flip: fc.boolean() })
}
