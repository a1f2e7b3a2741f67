import { hash } from 'node:crypto'
import type { Split } from '../dataset.ts'

/** A test image and the first training image that equals it, by their indices in the splits. */
export interface Duplicate {
  readonly test: number
  readonly train: number
}

/** Returns the test images that equal a training image in every pixel. The images of a split must be contiguous. */
export function duplicatesBetween(train: Split, test: Split): Duplicate[] {
  const firstOf = new Map<string, number>()
  for (const [index, key] of keysOf(train).entries()) if (!firstOf.has(key)) firstOf.set(key, index)
  return keysOf(test).flatMap((key, index) => {
    const first = firstOf.get(key)
    return first === undefined ? [] : { test: index, train: first }
  })
}

function keysOf({ images: { data, shape } }: Split): string[] {
  const [count, ...imageShape] = shape
  const size = imageShape.reduce((product, length) => product * length, 1)
  return Array.from({ length: count }, (_, index) =>
    hash('sha256', data.slice(index * size, (index + 1) * size), 'base64'),
  )
}
