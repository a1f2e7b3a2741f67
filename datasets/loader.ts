import ndarray, { type NdArray } from 'ndarray'
import {
  anObject,
  check,
  checkOptions,
  count,
  type Rules,
  seed as seedRule,
  truth,
  whole,
} from '../base/arguments.ts'
import { demand } from '../base/errors.ts'
import { RandomStream, streamKey } from '../base/random.ts'
import { checkAugmentation, checkSplit, indexRule, indicesRule, limitRule } from './arguments.ts'
import type { Augmentation, Split } from './dataset.ts'
import { prefetch } from './prefetch.ts'
import { type Ingredients, preparing } from './prepare.ts'
import { countPlacements, normalisationTables, numberOfPlacement, randomPlacement } from './transforms.ts'

export interface LoaderOptions {
  /** Images per batch; the last batch of an epoch may be smaller. */
  batchSize: number
  /** Whether each epoch has its own random order; otherwise it has the split's. Default false. */
  shuffle?: boolean
  /** Whether to drop the last batch of an epoch if it is smaller than the others. Default false. */
  dropLast?: boolean | undefined
  /** Determines the order, the augmentation and the images that `limit` keeps. Default 0. */
  seed?: number
  /** Augmentation of each image. Default none. */
  augment?: Augmentation | undefined
  /** Indices of the images of the split to use. Default all. */
  among?: Int32Array | undefined
  /** Use at most this many of them, see `limitIndices`. Default all. */
  limit?: number | undefined
}

const optionRules: Rules<LoaderOptions> = {
  batchSize: count,
  shuffle: truth,
  dropLast: truth,
  seed: seedRule,
  augment: anObject,
  among: indicesRule,
  limit: limitRule,
}

/** The input of a training step. */
export interface Batch {
  /** Augmented and normalised: [count, channels, height, width]. */
  images: NdArray<Float32Array>
  /** The class of each image. */
  labels: Int32Array
  /** The index of each image in its split. */
  indices: Int32Array
  /** The index of each image among those that the loader draws from, in the order of `Loader.labels`. */
  places: Int32Array
  /** The indices in the split of the images that follow in the epoch, in order. */
  following: Int32Array
}

/**
 * Batches of a split. The order of an epoch is a function of the seed and the epoch; the augmentation of an image is a
 * function of the seed, the epoch and its index. Any batch of any epoch can be prepared without those before it.
 *
 * ```ts
 * const loader = new Loader(digits.train, { batchSize: 64, shuffle: true, augment: digits.augmentation })
 * for (const { images, labels } of loader.epoch(0)) …
 * ```
 *
 * Throws for an empty split, for labels or a normalisation that do not fit the images, for indices that are out of range, and if
 * `dropLast` leaves no batch.
 */
export class Loader {
  readonly split: Split
  readonly batchSize: number
  /** Number of batches in an epoch. */
  readonly batchesPerEpoch: number
  /** The classes of all images that the loader draws from, in the order of `Batch.places`. */
  readonly labels: Int32Array
  readonly #options: LoaderOptions
  readonly #seed: number
  readonly #kept: Int32Array
  readonly #tables: Float32Array[]

  constructor(split: Split, options: LoaderOptions) {
    checkSplit('Loader', split)
    checkOptions('Loader', options, optionRules, ['batchSize'])
    const { batchSize, dropLast = false, seed = 0, limit = Infinity, augment, among } = options
    demand(limit > 0, () => 'Loader: expected limit to be at least 1, got 0')
    if (augment) checkAugmentation('Loader', augment)
    demandFittingSplit(split)
    const all = among ?? Int32Array.from(split.labels.keys())
    demand(all.length > 0, () => `Loader: expected indices of ${split.name} in among, got none`)
    demandNumbersOf(split, all, 'among')
    this.split = split
    this.batchSize = batchSize
    this.#options = options
    this.#seed = seed
    this.#kept = limitIndices(all.length, limit, seed).map((place) => all[place])
    this.labels = this.#kept.map((index) => split.labels[index])
    this.#tables = normalisationTables(split.normalisation)
    const batches = this.#kept.length / batchSize
    this.batchesPerEpoch = dropLast ? Math.floor(batches) : Math.ceil(batches)
    demand(
      this.batchesPerEpoch > 0,
      () =>
        `Loader: dropLast with a batchSize of ${batchSize} leaves no batch of the ${this.#kept.length} ${split.name}`,
    )
  }

  /** Number of images that the loader draws from. With `dropLast`, an epoch may show fewer: see `imagesPerEpoch`. */
  get length(): number {
    return this.#kept.length
  }

  /** Number of images that an epoch shows. */
  get imagesPerEpoch(): number {
    return Math.min(this.length, this.batchesPerEpoch * this.batchSize)
  }

  /** Number of possible placements of an image, see `placements`. */
  get placementCount(): number {
    const { augment } = this.#options
    return augment ? countPlacements(augment) : 1
  }

  /** Returns the placement of each image of the split in an epoch, counted from 0: a number from 0 to `placementCount` − 1. */
  placements(epoch: number, indices: Int32Array): Int32Array {
    this.#checkPlace(epoch, indices)
    const { augment } = this.#options
    return indices.map((index) =>
      augment ? numberOfPlacement(augment, randomPlacement(augment, this.#seed, epoch, index)) : 0,
    )
  }

  /** Returns images of the split as an epoch shows them, counted from 0: [count, channels, height, width]. */
  images(epoch: number, indices: Int32Array): NdArray<Float32Array> {
    this.#checkPlace(epoch, indices)
    const [, ...imageShape] = this.split.images.shape
    return ndarray(preparing(this.#ingredients(epoch))(indices), [indices.length, ...imageShape])
  }

  /**
   * Iterates over the batches of an epoch. If threads can share the pixels, the next batch is prepared while the caller
   * uses this one. Leaving early (`break`, or the iterator's `return`) discards what was prepared ahead.
   *
   * @param epoch Counted from 0.
   * @param options.startBatch Number of batches to skip, to resume an epoch. Default 0.
   */
  epoch(epoch: number, options: { startBatch?: number } = {}): IterableIterator<Batch> {
    check('Loader', 'epoch', epoch, indexRule)
    checkOptions('Loader', options, { startBatch: whole(0, this.batchesPerEpoch) })
    const { startBatch = 0 } = options
    return this.#batches(epoch, startBatch)
  }

  *#batches(epoch: number, startBatch: number): Generator<Batch> {
    const { batchSize, batchesPerEpoch, imagesPerEpoch } = this
    const order = this.#order(epoch).subarray(0, imagesPerEpoch)
    const shown = order.map((place) => this.#kept[place])
    const indicesOf = Array.from({ length: batchesPerEpoch - startBatch }, (_, i) => {
      const start = (startBatch + i) * batchSize
      return shown.slice(start, start + batchSize)
    })
    const [, ...imageShape] = this.split.images.shape
    let end = startBatch * batchSize
    for (const images of prefetch(this.#ingredients(epoch), indicesOf)) {
      const start = end
      end = Math.min(start + batchSize, shown.length)
      const places = order.slice(start, end)
      yield {
        images: ndarray(images, [places.length, ...imageShape]),
        labels: places.map((place) => this.labels[place]),
        indices: shown.slice(start, end),
        places,
        following: shown.subarray(end),
      }
    }
  }

  #checkPlace(epoch: number, indices: Int32Array): void {
    check('Loader', 'epoch', epoch, indexRule)
    check('Loader', 'indices', indices, indicesRule)
    demandNumbersOf(this.split, indices, 'indices')
  }

  /** Returns the positions of the images in `labels`, in the order in which an epoch shows them. */
  #order(epoch: number): Int32Array {
    if (!this.#options.shuffle) return Int32Array.from(this.#kept.keys())
    return new RandomStream(streamKey(this.#seed, 'order', epoch)).permutation(this.length)
  }

  #ingredients(epoch: number): Ingredients {
    const { data, shape, stride, offset } = this.split.images
    const { augment } = this.#options
    return {
      images: { data, shape, stride, offset },
      tables: this.#tables,
      augment: augment && { padding: augment.padding, flip: augment.flip },
      seed: this.#seed,
      epoch,
    }
  }
}

/**
 * Returns the indices of the images, out of `count`, that a limit keeps: the first `limit` of a shuffle keyed by the
 * seed, in ascending order. Classes are not balanced; a smaller limit keeps a subset of what a larger one keeps.
 */
export function limitIndices(count: number, limit: number, seed: number): Int32Array {
  check('limitIndices', 'limit', limit, limitRule)
  return new RandomStream(streamKey(seed, 'limit')).permutation(count).slice(0, limit).sort()
}

function demandNumbersOf({ name, labels: { length } }: Split, numbers: Int32Array, given: string): void {
  const wrong = numbers.find((number) => number < 0 || number >= length)
  demand(
    wrong === undefined,
    () =>
      `Loader: expected ${given} to be indices of the ${length} ${name}, from 0 to ${length - 1}, got ${wrong}`,
  )
}

function demandFittingSplit({ name, images, labels, normalisation: { mean, std } }: Split): void {
  const [count, channels] = images.shape
  demand(
    images.dimension === 4,
    () => `Loader: ${name}: expected [count, channels, height, width], got [${images.shape}]`,
  )
  demand(count > 0, () => `Loader: there are no ${name}`)
  demand(
    labels.length === count,
    () => `Loader: ${name}: expected a label for each of the ${count} images, got ${labels.length} labels`,
  )
  demand(
    mean.length === channels && std.length === channels,
    () =>
      `Loader: ${name}: expected a mean and a std for each of the ${channels} channels, ` +
      `got ${mean.length} and ${std.length}`,
  )
}
