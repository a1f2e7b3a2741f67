import ndarray, { type NdArray } from 'ndarray'
import {
  arrayOf,
  check,
  checkExactly,
  type Rules,
  seed as seedRule,
  truth,
  whole,
} from '../base/arguments.ts'
import { demand } from '../base/errors.ts'
import { RandomStream, streamKey } from '../base/random.ts'
import { checkAugmentation, checkCanvas, checkNormalisation, checkPixels, indexRule } from './arguments.ts'
import type { Augmentation, Normalisation } from './dataset.ts'

/** Position of the crop, and whether the image is then mirrored. */
export interface Placement {
  /** The row of the image that becomes the first row; negative if rows of padding precede it. */
  top: number
  /** The column of the image that becomes the first column. */
  left: number
  flip: boolean
}

const shift = whole(-(2 ** 15), 2 ** 15)
const placementRules: Rules<Placement> = { top: shift, left: shift, flip: truth }

/** The identity. */
export const unmoved: Placement = { top: 0, left: 0, flip: false }

/**
 * Draws the placement of one image in one epoch: top and left uniform in −padding … padding, a flip with probability ½.
 * It depends only on the arguments: neither on the image's batch nor on earlier draws.
 * PyTorch: `RandomCrop(size, padding)`, then `RandomHorizontalFlip()`.
 */
export function randomPlacement(
  augmentation: Augmentation,
  seed: number,
  epoch: number,
  index: number,
): Placement {
  const operation = 'randomPlacement'
  checkAugmentation(operation, augmentation)
  check(operation, 'seed', seed, seedRule)
  check(operation, 'epoch', epoch, indexRule)
  check(operation, 'index', index, indexRule)
  const { padding, flip } = augmentation
  const random = new RandomStream(streamKey(seed, 'augmentation', epoch, index))
  return {
    top: random.integer(2 * padding + 1) - padding,
    left: random.integer(2 * padding + 1) - padding,
    flip: random.integer(2) === 1 && flip,
  }
}

/** Returns the number of placements that `randomPlacement` can draw: (2 padding + 1)², twice that if it may mirror. */
export function countPlacements(augmentation: Augmentation): number {
  checkAugmentation('countPlacements', augmentation)
  const { padding, flip } = augmentation
  return (2 * padding + 1) ** 2 * (flip ? 2 : 1)
}

/** Returns the index of a placement among those that `randomPlacement` can draw, from 0. */
export function numberOfPlacement(augmentation: Augmentation, placement: Placement): number {
  checkAugmentation('numberOfPlacement', augmentation)
  checkExactly('numberOfPlacement', 'placement', placement, placementRules)
  const { padding, flip: flips } = augmentation
  const { top, left, flip } = placement
  const corner = (top + padding) * (2 * padding + 1) + left + padding
  return flips ? 2 * corner + Number(flip) : corner
}

/** Returns a table per channel that maps each of the 256 values of a pixel to (pixel / scale − mean) / std. */
export function normalisationTables(normalisation: Normalisation): Float32Array[] {
  checkNormalisation('normalisationTables', normalisation)
  const { scale, mean, std } = normalisation
  return mean.map((channelMean, channel) =>
    Float32Array.from({ length: 256 }, (_, pixel) => (pixel / scale - channelMean) / std[channel]),
  )
}

/** Tables as `normalisationTables` returns them. */
const tablesRule = arrayOf({
  expected: 'a Float32Array of 256 numbers',
  allows: (value) => value instanceof Float32Array && value.length === 256,
})

/**
 * Writes the image, cropped, mirrored and normalised, to the destination. Both are [channels, height, width]. Padding
 * is zero before normalisation, as in torchvision, which pads first and normalises last.
 */
export function placeImage(
  image: NdArray<Uint8Array>,
  placement: Placement,
  tables: readonly Float32Array[],
  destination: NdArray<Float32Array>,
): void {
  checkPixels('placeImage', 'image', image)
  checkExactly('placeImage', 'placement', placement, placementRules)
  check('placeImage', 'tables', tables, tablesRule)
  checkCanvas('placeImage', 'destination', destination)
  demandOneSize(image, tables, destination)
  const { top, left, flip } = placement
  const canvas = flip ? destination.step(1, 1, -1) : destination
  if (top !== 0 || left !== 0) normaliseInto(canvas, zeros(image.shape), tables)
  normaliseInto(cut(canvas, -top, -left), cut(image, top, left), tables)
}

function demandOneSize(
  { shape }: NdArray<Uint8Array>,
  { length }: readonly Float32Array[],
  destination: NdArray<Float32Array>,
): void {
  demand(
    shape.length === 3 && shape.every((size, axis) => size === destination.shape[axis]) && shape[0] <= length,
    () =>
      `placeImage: expected image and destination of the same shape [channels, height, width], and a table per channel; ` +
      `got [${shape}], [${destination.shape}] and ${length} tables`,
  )
}

/** Returns an all-zero image: a view of a single zero with strides of 0. */
function zeros(shape: number[]): NdArray<Uint8Array> {
  return ndarray(new Uint8Array(1), shape, [0, 0, 0])
}

/** Returns the view without `top` rows and `left` columns: the first ones if positive, the last ones if negative. */
function cut<D extends Uint8Array | Float32Array>(image: NdArray<D>, top: number, left: number): NdArray<D> {
  const [channels, height, width] = image.shape
  return image
    .lo(0, Math.max(top, 0), Math.max(left, 0))
    .hi(channels, Math.max(height - Math.abs(top), 0), Math.max(width - Math.abs(left), 0))
}

/** Copies pixels through the tables, walking both views once by their strides. */
function normaliseInto(
  { data: output, offset: outputOffset, stride: outputStride }: NdArray<Float32Array>,
  { data: pixels, offset, stride, shape: [channels, height, width] }: NdArray<Uint8Array>,
  tables: readonly Float32Array[],
): void {
  for (let channel = 0; channel < channels; channel++) {
    const table = tables[channel]
    for (let row = 0; row < height; row++) {
      let from = offset + channel * stride[0] + row * stride[1]
      let to = outputOffset + channel * outputStride[0] + row * outputStride[1]
      for (let column = 0; column < width; column++) {
        output[to] = table[pixels[from]]
        from += stride[2]
        to += outputStride[2]
      }
    }
  }
}
