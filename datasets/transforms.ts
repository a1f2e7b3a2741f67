import ndarray, { type NdArray } from 'ndarray'
import {
  anInstance,
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
import { canvasRule, checkAugmentation, checkNormalisation, pixelsRule, placeRule } from './arguments.ts'
import type { Augmentation, Normalisation } from './dataset.ts'

/** Where an image is cropped, and whether it is then mirrored. */
export interface Placement {
  /** The row of the image that becomes the first row: negative when rows of padding come before it. */
  top: number
  /** The column of the image that becomes the first column. */
  left: number
  flip: boolean
}

const shift = whole(-(2 ** 15), 2 ** 15)
const placementRules: Rules<Placement> = { top: shift, left: shift, flip: truth }

/** The image as it is. */
export const unmoved: Placement = { top: 0, left: 0, flip: false }

/**
 * The placement of one image in one epoch: top and left uniform in −padding … padding, a flip with probability ½. It
 * depends on nothing but its arguments: neither on the batch an image is in nor on what was drawn before.
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
  check(operation, 'epoch', epoch, placeRule)
  check(operation, 'index', index, placeRule)
  const { padding, flip } = augmentation
  const random = new RandomStream(streamKey(seed, 'augmentation', epoch, index))
  return {
    top: random.integer(2 * padding + 1) - padding,
    left: random.integer(2 * padding + 1) - padding,
    flip: random.integer(2) === 1 && flip,
  }
}

/** In how many ways `randomPlacement` may place an image: (2 padding + 1)², and twice that where it may be mirrored. */
export function countPlacements(augmentation: Augmentation): number {
  checkAugmentation('countPlacements', augmentation)
  const { padding, flip } = augmentation
  return (2 * padding + 1) ** 2 * (flip ? 2 : 1)
}

/** The number of a placement among those that `randomPlacement` may give, from 0. */
export function numberOfPlacement(augmentation: Augmentation, placement: Placement): number {
  checkAugmentation('numberOfPlacement', augmentation)
  checkExactly('numberOfPlacement', 'placement', placement, placementRules)
  const { padding, flip: flips } = augmentation
  const { top, left, flip } = placement
  const corner = (top + padding) * (2 * padding + 1) + left + padding
  return flips ? 2 * corner + Number(flip) : corner
}

/** For each channel, what each of the 256 values of a pixel becomes: (pixel / scale − mean) / std. */
export function normalisationTables(normalisation: Normalisation): Float32Array[] {
  checkNormalisation('normalisationTables', normalisation)
  const { scale, mean, std } = normalisation
  return mean.map((channelMean, channel) =>
    Float32Array.from({ length: 256 }, (_, pixel) => (pixel / scale - channelMean) / std[channel]),
  )
}

const tablesRule = arrayOf(anInstance('a Float32Array', Float32Array))

/**
 * Writes the image, cropped, mirrored and normalised, to the destination. Both are [channels, height, width]. Padding
 * is zero before normalisation, as in torchvision, which pads the image and normalises last.
 */
export function placeImage(
  image: NdArray<Uint8Array>,
  placement: Placement,
  tables: readonly Float32Array[],
  destination: NdArray<Float32Array>,
): void {
  check('placeImage', 'image', image, pixelsRule)
  checkExactly('placeImage', 'placement', placement, placementRules)
  check('placeImage', 'tables', tables, tablesRule)
  check('placeImage', 'destination', destination, canvasRule)
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
      `placeImage: expected image and destination of one shape [channels, height, width], and a table for each channel; ` +
      `got [${shape}], [${destination.shape}] and ${length} tables`,
  )
}

/** A view of one zero that looks like a whole image. */
function zeros(shape: number[]): NdArray<Uint8Array> {
  return ndarray(new Uint8Array(1), shape, [0, 0, 0])
}

/** The view that is left when rows and columns are cut off: the first ones if positive, the last ones if negative. */
function cut<D extends Uint8Array | Float32Array>(image: NdArray<D>, top: number, left: number): NdArray<D> {
  const [channels, height, width] = image.shape
  return image
    .lo(0, Math.max(top, 0), Math.max(left, 0))
    .hi(channels, Math.max(height - Math.abs(top), 0), Math.max(width - Math.abs(left), 0))
}

/** Walks both views by their strides, once: normalising a pixel is looking it up. */
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
