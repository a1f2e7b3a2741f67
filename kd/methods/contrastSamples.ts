import { demand } from '../../base/errors.ts'
import { RandomStream, streamKey } from '../../engine/index.ts'

export interface ContrastOptions {
  /** The number of negatives of each sample, drawn from other classes. */
  readonly negatives: number
  /** `'exact'`: the sample itself; `'relaxed'`: any sample of its class. */
  readonly positive: 'exact' | 'relaxed'
}

/**
 * Draws the samples with which those of a training set are contrasted, as a function of the seed, the epoch and the
 * sample's index.
 */
export class ContrastSamples {
  readonly #labels: Int32Array
  readonly #options: ContrastOptions
  readonly #seed: number
  readonly #ofClass: ReadonlyMap<number, readonly number[]>
  readonly #ofOtherClasses = new Map<number, Int32Array>()

  constructor(labels: Int32Array, options: ContrastOptions, seed: number) {
    this.#labels = labels
    this.#options = options
    this.#seed = seed
    this.#ofClass = Map.groupBy(labels.keys(), (index) => labels[index])
    demand(
      this.#ofClass.size > 1,
      () => `crd: expected training images of at least two classes, got ${this.#ofClass.size}`,
    )
  }

  /** Returns one row per sample: its positive, then its negatives, distinct if there are enough. */
  draw(indices: Int32Array, epoch: number): Int32Array {
    const { negatives, positive } = this.#options
    const rows = new Int32Array(indices.length * (negatives + 1))
    indices.forEach((index, i) => {
      const label = this.#labels[index]
      demand(
        label !== undefined,
        () => `crd: expected indices of the ${this.#labels.length} training images, got ${index}`,
      )
      const row = rows.subarray(i * (negatives + 1), (i + 1) * (negatives + 1))
      const stream = new RandomStream(streamKey(this.#seed, 'contrast', epoch, index))
      const ofClass = this.#ofClass.get(label)!
      row[0] = positive === 'exact' ? index : ofClass[stream.integer(ofClass.length)]
      fill(row.subarray(1), this.#others(label), stream)
    })
    return rows
  }

  #others(label: number): Int32Array {
    const known = this.#ofOtherClasses.get(label)
    if (known !== undefined) return known
    const others = Int32Array.from(this.#labels.keys()).filter((index) => this.#labels[index] !== label)
    this.#ofOtherClasses.set(label, others)
    return others
  }
}

/** Fills a row with random elements of a pool, distinct if it has enough: a partial Fisher–Yates shuffle. */
function fill(row: Int32Array, pool: Int32Array, stream: RandomStream): void {
  if (row.length > pool.length) {
    for (let i = 0; i < row.length; i++) row[i] = pool[stream.integer(pool.length)]
    return
  }
  const left = pool.slice()
  for (let i = 0; i < row.length; i++) {
    const j = i + stream.integer(left.length - i)
    row[i] = left[j]
    left[j] = left[i]
  }
}
