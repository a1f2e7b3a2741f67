import { join } from 'node:path'
import {
  aFunction,
  check,
  checkExactly,
  objectWith,
  oneOf,
  optional,
  path as pathRule,
  type Rules,
  text,
  whole,
} from '../../base/arguments.ts'
import { makeFolder } from '../../base/files/folder.ts'
import { indicesRule } from '../../datasets/arguments.ts'
import type { Batch, Loader } from '../../datasets/index.ts'
import { type Tensor, tensor, zeros } from '../../engine/index.ts'
import { tensorOf } from '../../nn/arguments.ts'
import type { Network } from '../../nn/index.ts'
import { networkRule } from '../../nn/models/network.ts'
import { loaderRule } from '../arguments.ts'
import { predictFrozen } from './frozen.ts'
import { fileNameOf, identityOf, type Subject } from './identity.ts'
import { bytesPerNumber, decode, encode, type Precision, precisions } from './precision.ts'
import { SlotFile } from './slotFile.ts'

/** The folder of a teacher's cached logits, and their precision. */
export interface TeacherCache {
  readonly folder: string
  readonly precision: Precision
}

const cacheRules = { folder: pathRule, precision: oneOf(precisions) }

export function checkTeacherCache(operation: string, name: string, cache: TeacherCache): void {
  checkExactly(operation, name, cache, cacheRules)
}

/** Whose logits for which images are cached, and where. */
export interface TeacherLogitsOptions extends TeacherCache {
  readonly teacher: { readonly model: string; readonly network: Network }
  /** The training images. */
  readonly images: Loader
  /** Called with a sentence when no more can be stored; the training continues. */
  readonly warned?: (message: string) => void
}

const optionRules: Rules<TeacherLogitsOptions> = {
  ...cacheRules,
  teacher: objectWith('a teacher, { model, network }', { model: text, network: networkRule }),
  images: loaderRule,
  warned: optional(aFunction),
}

const batchRule = objectWith('a batch from a Loader', { indices: indicesRule, following: indicesRule })

/**
 * A file cache of a teacher's logits for training images, shared by epochs, runs, students and seeds: the logits depend only on
 * the image and its placement (crop and flip). Missing logits are computed when they are first needed, or earlier to fill up a batch.
 *
 * With `float32`, a training on the wasm executor gives the same bits with and without the cache. Smaller batches, whose
 * convolutions may use other methods, are therefore left to the step. On other executors, logits from a separate plan may be
 * rounded differently.
 */
export class TeacherLogits {
  /** Numbers of rows found in the file, and computed by the teacher, including those computed ahead. */
  readonly counts = { found: 0, computed: 0 }
  readonly #teacher: Network
  readonly #images: Loader
  readonly #subject: Subject
  readonly #file: SlotFile
  readonly #warned: (message: string) => void
  #canKeep = true

  private constructor(
    { teacher, images, warned = () => {} }: TeacherLogitsOptions,
    subject: Subject,
    file: SlotFile,
  ) {
    this.#teacher = teacher.network
    this.#images = images
    this.#subject = subject
    this.#file = file
    this.#warned = warned
  }

  /** Opens or creates the file for this teacher, these images and the current executor. */
  static async open(options: TeacherLogitsOptions): Promise<TeacherLogits> {
    checkExactly('TeacherLogits', 'options', options, optionRules)
    const { folder, precision, teacher, images } = options
    const rows = Math.min(images.batchSize, images.length)
    const oneImage = zeros([1, ...images.split.images.shape.slice(1)])
    const [, classes] = predictFrozen(teacher.network, oneImage, 'running').logits.shape
    const subject = { teacher, images, precision, rows, classes }
    const identity = await identityOf(subject)
    await makeFolder(folder)
    const path = join(folder, fileNameOf(subject, identity))
    return new TeacherLogits(
      options,
      subject,
      new SlotFile(path, identity, classes * bytesPerNumber(precision)),
    )
  }

  /**
   * Returns the logits [N, classes] of a batch of images [N, C, H, W], or `undefined` for a batch smaller than the others.
   * Epochs count from 1.
   */
  async of(batch: Batch, images: Tensor, epoch: number): Promise<Tensor | undefined> {
    check('TeacherLogits', 'batch', batch, batchRule)
    check('TeacherLogits', 'images', images, tensorOf(4))
    check('TeacherLogits', 'epoch', epoch, whole(1))
    const { indices, following } = batch
    const { rows, classes, precision } = this.#subject
    if (indices.length !== rows) return undefined
    const rowBytes = classes * bytesPerNumber(precision)
    const bytes = new Uint8Array(rows * rowBytes)
    const bytesOf = (row: number) => bytes.subarray(row * rowBytes, (row + 1) * rowBytes)
    const missing = [...indices.keys()].filter(
      (row) => !this.#file.read(this.#slotOf(indices[row], epoch), bytesOf(row)),
    )
    this.counts.found += rows - missing.length
    if (missing.length > 0) {
      // If the teacher must run, it runs on a full batch: the rows missing here, then rows missing in later batches.
      const ahead = this.#missingOf(following, rows - missing.length, epoch)
      const wanted = Int32Array.from([...missing.map((row) => indices[row]), ...ahead])
      const computed = await this.#compute(wanted, missing.length === rows ? images : undefined, epoch)
      for (const [row, index] of wanted.entries()) {
        const kept = row < missing.length ? bytesOf(missing[row]) : new Uint8Array(rowBytes)
        encode(computed.subarray(row * classes, (row + 1) * classes), precision, kept)
        this.#keep(this.#slotOf(index, epoch), kept)
      }
    }
    // Computed rows are decoded, too: rounding must not depend on whether a row was found or computed.
    return tensor(decode(bytes, precision), { shape: [rows, classes] })
  }

  close(): void {
    this.#file.close()
  }

  /** Returns the first of these images that are not in the file, at most `atMost`; none if nothing can be stored. */
  #missingOf(indices: Int32Array, atMost: number, epoch: number): number[] {
    const missing: number[] = []
    if (!this.#canKeep) return missing
    for (const index of indices) {
      if (missing.length === atMost) break
      if (!this.#file.holds(this.#slotOf(index, epoch))) missing.push(index)
    }
    return missing
  }

  /** Computes the logits of images, preparing them unless they are given. Repeats images to fill a batch. */
  async #compute(indices: Int32Array, given: Tensor | undefined, epoch: number): Promise<Float32Array> {
    const { rows } = this.#subject
    this.counts.computed += indices.length
    const made = () => {
      const batch = Int32Array.from({ length: rows }, (_, row) => indices[row % indices.length])
      const { data, shape } = this.#images.images(epoch - 1, batch)
      return tensor(data, { shape })
    }
    const { logits } = predictFrozen(this.#teacher, given ?? made(), 'running')
    return (await logits.data()) as Float32Array
  }

  #slotOf(index: number, epoch: number): number {
    const [placement] = this.#images.placements(epoch - 1, Int32Array.of(index))
    return index * this.#images.placementCount + placement
  }

  /** Stores a row. If the disk is full, warns and stores no more; the training continues. */
  #keep(slot: number, bytes: Uint8Array): void {
    if (!this.#canKeep) return
    try {
      this.#file.write(slot, bytes)
    } catch (error) {
      this.#canKeep = false
      this.#warned(
        `${this.#file.path}: cannot store more of the teacher's logits (${(error as Error).message})`,
      )
    }
  }
}
