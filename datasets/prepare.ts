import ndarray, { type NdArray } from 'ndarray'
import type { Augmentation } from './dataset.ts'
import { placeImage, randomPlacement, unmoved } from './transforms.ts'

/** The inputs of an epoch's batches: plain data, which can be sent to another thread. */
export interface Ingredients {
  /** Images of the whole split: [count, channels, height, width]. */
  readonly images: Pick<NdArray<Uint8Array>, 'data' | 'shape' | 'stride' | 'offset'>
  /** One table per channel, see `normalisationTables`. */
  readonly tables: readonly Float32Array[]
  readonly augment?: Augmentation | undefined
  readonly seed: number
  readonly epoch: number
}

/** Prepares a batch from the indices of its images in the split: augmented, normalised, contiguous. */
export type Prepare = (indices: Int32Array) => Float32Array<ArrayBuffer>

/** Returns a function that prepares batches. The same inputs give the same bits, in any thread and after any other batch. */
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
