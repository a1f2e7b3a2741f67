import type { NdArray } from 'ndarray'

/** Maps a stored pixel to the network's input: (pixel / scale − mean) / std, by channel. */
export interface Normalisation {
  /** The stored value of a pixel at full brightness: 255 for photographs. */
  scale: number
  /** Mean of each channel over the training images, in units of `scale`. */
  mean: readonly number[]
  /** Standard deviation of each channel over the training images, in units of `scale`. */
  std: readonly number[]
}

/** Random transformations of a training image; the image keeps its size. */
export interface Augmentation {
  /** Rows and columns of zeros that are added on each side before a random crop to the original size. */
  padding: number
  /** Whether half of the images are mirrored horizontally. */
  flip: boolean
}

/** Images with their labels. */
export interface Split {
  /** Name of these images in messages, such as `digits training images`. */
  name: string
  /**
   * Stored pixels: [count, channels, height, width]. If they are in a `SharedArrayBuffer`, a thread prepares the next
   * batch while the caller uses the current one.
   */
  images: NdArray<Uint8Array>
  /** The class of each image, in 0 … classes − 1. */
  labels: Int32Array
  /** Measured on the training images, and used for both splits. */
  normalisation: Normalisation
}

/** A classification task: training images and test images. */
export interface Dataset<S extends Split = Split> {
  /** Its name in `openDataset` and on the command line. */
  name: string
  /** The path that `openDataset` was given. */
  data?: string
  /** The name of each class. */
  classNames: readonly string[]
  train: S
  test: S
  /** The usual augmentation of its training images. */
  augmentation: Augmentation
  /** Number of images in the published data set, if the files may hold only a part of them. */
  officialCounts?: { train: number; test: number }
  /** Remarks on its files, in sentences. */
  notes?: readonly string[]
}
