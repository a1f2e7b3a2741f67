import fc from 'fast-check'
import ndarray, { type NdArray } from 'ndarray'
import { describe, expect, it } from 'vitest'
import {
  countPlacements,
  normalisationTables,
  numberOfPlacement,
  type Placement,
  placeImage,
  randomPlacement,
  type Split,
  unmoved,
} from '../../datasets/index.ts'
import { augmentation, split } from './arbitraries.ts'

const placementArb = fc.record({
  top: fc.integer({ min: -7, max: 7 }),
  left: fc.integer({ min: -7, max: 7 }),
  flip: fc.boolean(),
})

describe('placeImage', () => {
  it('should crop, flip and normalise as defined, pixel by pixel', () => {
    fc.assert(
      fc.property(split(), placementArb, ({ images, normalisation }, placement) => {
        const { scale, mean, std } = normalisation
        const image = images.pick(0)
        const [channels, height, width] = image.shape

        const placed = place({ images, normalisation }, placement)

        for (let channel = 0; channel < channels; channel++)
          for (let row = 0; row < height; row++)
            for (let column = 0; column < width; column++) {
              const y = row + placement.top
              const x = (placement.flip ? width - 1 - column : column) + placement.left
              const inside = y >= 0 && y < height && x >= 0 && x < width
              const pixel = inside ? image.get(channel, y, x) : 0
              const expected = Math.fround((pixel / scale - mean[channel]) / std[channel])
              expect(placed.get(channel, row, column)).toBe(expected)
            }
      }),
    )
  })

  it('should refuse tables that lack a value of a pixel, and views that reach outside their data', () => {
    const image = ndarray(new Uint8Array(4), [1, 2, 2])
    const canvas = ndarray(new Float32Array(4), [1, 2, 2])
    const tables = [new Float32Array(256)]
    expect(() => placeImage(image, unmoved, [new Float32Array(255)], canvas)).toThrow(
      'placeImage: expected tables to be an array, each a Float32Array of 256 numbers',
    )
    expect(() => placeImage(ndarray(new Uint8Array(3), [1, 2, 2]), unmoved, tables, canvas)).toThrow(
      'placeImage: expected image to lie in its data, of 3 elements',
    )
    expect(() => placeImage(image, unmoved, tables, ndarray(new Float32Array(3), [1, 2, 2]))).toThrow(
      'placeImage: expected destination to lie in its data, of 3 elements',
    )
  })

  it('should flip back what it flipped', () => {
    fc.assert(
      fc.property(split(), ({ images }) => {
        const identity = { scale: 1, mean: [0, 0, 0], std: [1, 1, 1] }
        const flip = { ...unmoved, flip: true }
        const once = place({ images, normalisation: identity }, flip)
        const again = ndarray(Uint8Array.from(once.data), [1, ...once.shape])

        const twice = place({ images: again, normalisation: identity }, flip)

        expect(Array.from(twice.data)).toEqual(Array.from(images.data.subarray(0, twice.size)))
      }),
    )
  })

  function place({ images, normalisation }: Pick<Split, 'images' | 'normalisation'>, placement: Placement) {
    const image = images.pick(0)
    const placed: NdArray<Float32Array> = ndarray(new Float32Array(image.size).fill(NaN), image.shape)
    placeImage(image, placement, normalisationTables(normalisation), placed)
    return placed
  }
})

describe('randomPlacement', () => {
  it('should stay within the padding and flip only when asked', () => {
    fc.assert(
      fc.property(augmentation(), fc.nat(), fc.nat(), fc.nat(), (recipe, seed, epoch, index) => {
        const { top, left, flip } = randomPlacement(recipe, seed, epoch, index)
        expect(Math.abs(top)).toBeLessThanOrEqual(recipe.padding)
        expect(Math.abs(left)).toBeLessThanOrEqual(recipe.padding)
        expect(flip && !recipe.flip).toBe(false)
      }),
    )
  })

  it('should draw every crop and both orientations equally often', () => {
    const recipe = { padding: 1, flip: true }
    const counts = new Map<string, number>()
    const draws = 18_000
    for (let index = 0; index < draws; index++) {
      const { top, left, flip } = randomPlacement(recipe, 5, 3, index)
      const key = `${top} ${left} ${flip}`
      counts.set(key, (counts.get(key) ?? 0) + 1)
    }
    expect(counts.size).toBe(3 * 3 * 2)
    // Six standard deviations of a binomial count.
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(6 * Math.sqrt(1000))
  })

  it('should be one of as many placements as are counted, each with a number of its own', () => {
    fc.assert(
      fc.property(augmentation(), fc.nat(), fc.nat(), (recipe, seed, epoch) => {
        const placements = new Map<number, Placement>()
        for (let index = 0; index < 100; index++) {
          const placement = randomPlacement(recipe, seed, epoch, index)
          const number = numberOfPlacement(recipe, placement)
          expect(number).toBeGreaterThanOrEqual(0)
          expect(number).toBeLessThan(countPlacements(recipe))
          expect(placements.get(number) ?? placement).toEqual(placement)
          placements.set(number, placement)
        }
        const distinct = new Set([...placements.values()].map((placement) => JSON.stringify(placement)))
        expect(distinct.size).toBe(placements.size)
      }),
    )
    expect(countPlacements({ padding: 4, flip: true })).toBe(162)
  })

  it('should draw anew for another seed, epoch or index', () => {
    const recipe = { padding: 1000, flip: false }
    const here = randomPlacement(recipe, 1, 2, 3)
    expect(randomPlacement(recipe, 1, 2, 3)).toEqual(here)
    expect(randomPlacement(recipe, 9, 2, 3)).not.toEqual(here)
    expect(randomPlacement(recipe, 1, 9, 3)).not.toEqual(here)
    expect(randomPlacement(recipe, 1, 2, 9)).not.toEqual(here)
  })
})
