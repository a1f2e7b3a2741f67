import { check, seed as seedRule } from '../base/arguments.ts'
import { demand, describe } from '../base/errors.ts'
import { RandomStream, streamKey } from '../base/random.ts'
import { checkSplit } from './arguments.ts'
import type { Split } from './dataset.ts'

/**
 * Holds back `count` images of a split, drawn by the seed, for validation. The draw is stratified by class, as nearly
 * as whole images allow; a smaller count holds back a subset of a larger one's. Returns the indices of these images and
 * of the others, in ascending order. Throws if no others would be left.
 */
export function holdBack(
  split: Split,
  count: number,
  seed: number,
): { heldBack: Int32Array; rest: Int32Array } {
  checkSplit('holdBack', split)
  check('holdBack', 'seed', seed, seedRule)
  const { name, labels } = split
  demand(
    Number.isInteger(count) && count >= 1 && count < labels.length,
    () =>
      `validation: expected a number of images from 1 to ${labels.length - 1} (one fewer than the ${name}), got ${describe(count)}`,
  )
  const order = evenByClass(
    new RandomStream(streamKey(seed, 'validation')).permutation(labels.length),
    labels,
  )
  return { heldBack: order.slice(0, count).sort(), rest: order.slice(count).sort() }
}

/** Orders the images so that every prefix is stratified by class, as nearly as whole images allow. */
function evenByClass(shuffled: Int32Array, labels: Int32Array): Int32Array {
  const ofClass = Map.groupBy(shuffled, (image) => labels[image])
  const shares = new Float64Array(labels.length)
  for (const images of ofClass.values()) {
    for (const [rank, image] of images.entries()) shares[image] = (rank + 0.5) / images.length
  }
  return shuffled.slice().sort((a, b) => shares[a] - shares[b])
}
