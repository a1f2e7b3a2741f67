import { join } from 'node:path'
import type { Loader } from '../../datasets/index.ts'
import { type Tensor, tensor, zeros } from '../../engine/index.ts'
import { makeFolder } from '../../files/folder.ts'
import type { Network } from '../../nn/index.ts'
import { predictFrozen } from '../loop/frozen.ts'
import { fileNameOf, identityOf, type Subject } from './identity.ts'
import { bytesPerNumber, decode, encode, type Precision } from './precision.ts'
import { SlotFile } from './slotFile.ts'

/** Where the teacher's logits are kept, and how exactly. */
export interface TeacherCache {
  readonly folder: string
  readonly precision: Precision
}

/** For which training logits are kept. */
export interface Kept extends TeacherCache {
  readonly teacher: { readonly model: string; readonly network: Network }
  /** The training images. */
  readonly images: Loader
  /** Told when no more can be kept, in a sentence; the training goes on. */
  readonly warned?: (message: string) => void
}

/**
 * The logits that a teacher has for training images, kept in a file from one epoch, run, student and seed to the next: they
 * depend on nothing but the image and how it is placed. What is missing is computed when it is first wanted.
 *
 * With `float32`, a training on the wasm executor is the same with and without, bit for bit: hence batches smaller than the
 * others, whose convolutions may be computed by other methods, are left to the step. On other executors rounding may
 * differ where logits come out of a plan of their own.
 */
export class TeacherLogits {
  /** Rows that were found in the file, and rows that were not. */
  readonly counts = { found: 0, computed: 0 }
  readonly #teacher: Network
  readonly #images: Loader
  readonly #subject: Subject
  readonly #file: SlotFile
  readonly #warned: (message: string) => void
  #canKeep = true

  private constructor({ teacher, images, warned = () => {} }: Kept, subject: Subject, file: SlotFile) {
    this.#teacher = teacher.network
    this.#images = images
    this.#subject = subject
    this.#file = file
    this.#warned = warned
  }

  /** Opens the file about this teacher, these images and the current executor, or begins it. */
  static async open(kept: Kept): Promise<TeacherLogits> {
    const { folder, precision, teacher, images } = kept
    const rows = Math.min(images.batchSize, images.length)
    const oneImage = zeros([1, ...images.split.images.shape.slice(1)])
    const [, classes] = predictFrozen(teacher.network, oneImage, 'running').logits.shape
    const subject = { teacher, images, precision, rows, classes }
    const identity = await identityOf(subject)
    await makeFolder(folder)
    const path = join(folder, fileNameOf(subject, identity))
    return new TeacherLogits(kept, subject, new SlotFile(path, identity, classes * bytesPerNumber(precision)))
  }

  /**
   * The logits [N, classes] of a batch of augmented images [N, C, H, W], `indices` being their numbers in the split, in an
   * epoch that counts from 1. Nothing for a batch smaller than the others.
   */
  async of(indices: Int32Array, images: Tensor, epoch: number): Promise<Tensor | undefined> {
    const { rows, classes, precision } = this.#subject
    if (indices.length !== rows) return undefined
    const slots = this.#slots(indices, epoch)
    const bytes = new Uint8Array(rows * classes * bytesPerNumber(precision))
    const bytesOf = (row: number) =>
      bytes.subarray((row * bytes.length) / rows, ((row + 1) * bytes.length) / rows)
    const missing = [...slots.keys()].filter((row) => !this.#file.read(slots[row], bytesOf(row)))
    this.counts.found += rows - missing.length
    this.counts.computed += missing.length
    if (missing.length > 0) {
      const computed = (await predictFrozen(this.#teacher, images, 'running').logits.data()) as Float32Array
      for (const row of missing) {
        encode(computed.subarray(row * classes, (row + 1) * classes), precision, bytesOf(row))
        this.#keep(slots[row], bytesOf(row))
      }
    }
    // Computed ones too: what is rounded must not depend on who came first.
    return tensor(decode(bytes, precision), { shape: [rows, classes] })
  }

  close(): void {
    this.#file.close()
  }

  #slots(indices: Int32Array, epoch: number): number[] {
    const { placementCount } = this.#images
    const placements = this.#images.placements(epoch - 1, indices)
    return [...indices].map((index, row) => index * placementCount + placements[row])
  }

  /** A full disk costs time, not the training. */
  #keep(slot: number, bytes: Uint8Array): void {
    if (!this.#canKeep) return
    try {
      this.#file.write(slot, bytes)
    } catch (error) {
      this.#canKeep = false
      this.#warned(
        `${this.#file.path}: cannot keep more of the teacher's logits (${(error as Error).message})`,
      )
    }
  }
}
