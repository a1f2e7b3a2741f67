import ndarray, { type NdArray } from 'ndarray'
import type { Augmentation } from './dataset.ts'
import { placeImage, randomPlacement, unmoved } from './transforms.ts'

/** What the images of an epoch's batches are made of: plain data, so that another thread can be told. */
export interface Ingredients {
  /** Of the whole split: [count, channels, height, width]. */
  readonly images: Pick<NdArray<Uint8Array>, 'data' | 'shape' | 'stride' | 'offset'>
  /** For each channel, see `normalisationTables`. */
  readonly tables: readonly Float32Array[]
  readonly augment?: Augmentation
  readonly seed: number
  readonly epoch: number
}

/** Makes the images of a batch, given by their numbers in the split: augmented, normalised, one after the other. */
export type Prepare = (indices: Int32Array) => Float32Array<ArrayBuffer>

/** The same ingredients give the same images, bit for bit, in any thread and after any other batch. */
export function preparing({ images, tables, augment, seed, epoch }: Ingredients): Prepare {
  const { data, shape, stride, offset } = images
  const split = ndarray(data, shape, stride, offset)
  const [, ...imageShape] = shape
  return (indices) => {
    const batchShape = [indices.length, ...imageShape]
    const batch = ndarray(new Float32Array(batchShape.reduce((size, length) => size * length)), batchShape)
    indices.forEach((index, position) => {
      const placement = augment ? randomPlacement(augment, seed, epoch, index) : unmoved
      placeImage(split.pick(index), placement, tables, batch.pick(position))
    })
    return batch.data
  }
}
