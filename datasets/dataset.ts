import type { NdArray } from 'ndarray'

/** How a stored pixel becomes a number for the network: (pixel / scale − mean) / std, by channel. */
export interface Normalisation {
  /** The stored value of a pixel at full brightness: 255 for photographs. */
  scale: number
  /** Mean of each channel over the training images, in units of `scale`. */
  mean: readonly number[]
  /** Standard deviation of each channel over the training images, in units of `scale`. */
  std: readonly number[]
}

/** What is drawn at random for a training image; the image keeps its size. */
export interface Augmentation {
  /** The image is cropped from itself with this many rows and columns of zeros around it. */
  padding: number
  /** Half of the images are mirrored, left to right. */
  flip: boolean
}

/** Images with their labels. */
export interface Split {
  /** What messages call these images, as in `digits training images`. */
  name: string
  /**
   * Pixels as they are stored: [count, channels, height, width]. Those in a `SharedArrayBuffer` are made into batches by
   * a thread of its own, while the caller is busy with the batch before.
   */
  images: NdArray<Uint8Array>
  /** The class of each image, in 0 … classes − 1. */
  labels: Int32Array
  /** Measured on the training images, for the test images too. */
  normalisation: Normalisation
}

/** A classification task: images to learn from, images to be tested on. */
export interface Dataset<S extends Split = Split> {
  /** What `openDataset` and the command line call it. */
  name: string
  /** The path that `openDataset` was given. */
  data?: string
  /** The name of each class: as many as there are classes. */
  classNames: readonly string[]
  train: S
  test: S
  /** What its training recipe draws at random. */
  augmentation: Augmentation
  /** How many images the published data set has, where these may be a part of them. */
  officialCounts?: { train: number; test: number }
  /** What its files hold besides, in sentences. */
  notes?: readonly string[]
}
