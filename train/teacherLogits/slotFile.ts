import { closeSync, constants, fstatSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs'
import { crc32 } from 'node:zlib'
import { demand, InvalidInputError } from '../../base/errors.ts'

/** Headers are filled up to a multiple of this, so that slots begin with a block of the disk. */
const blockBytes = 4096

/** In front of each slot: the CRC-32 of the file's header, the slot's number and its bytes. */
const sumBytes = 4

/** Part of the header: a file whose slots are laid out in another way is another file. */
const layout = 'slots behind the CRC-32 of header, number and bytes'

/**
 * A sparse file of slots of one size, behind a header that says in JSON what they are. A slot that was never written, was
 * cut short by a crash, is damaged, or was written to another place or file does not have its sum, and counts as empty. So any number of processes
 * may write at once, provided that all would write the same to a slot.
 */
export class SlotFile {
  readonly path: string
  readonly #file: number
  readonly #start: number
  readonly #headerSum: number
  /** A sum and its bytes on their way. */
  readonly #slot: Uint8Array
  readonly #sum: DataView
  readonly #bytes: Uint8Array

  /** Opens the file, or makes it. Throws where the header of an existing one is another. */
  constructor(path: string, about: object, slotBytes: number) {
    const header = headerOf(about)
    this.path = path
    this.#start = header.length
    this.#headerSum = crc32(header)
    this.#slot = new Uint8Array(sumBytes + slotBytes)
    this.#sum = new DataView(this.#slot.buffer)
    this.#bytes = this.#slot.subarray(sumBytes)
    this.#file = explained(path, () => openSync(path, constants.O_RDWR | constants.O_CREAT))
    try {
      demand(fstatSync(this.#file).isFile(), () => `${path}: expected a file, but this is something else`)
      explained(path, () => this.#settleHeader(header))
    } catch (error) {
      this.close()
      throw error
    }
  }

  /** Copies what a slot holds, and tells whether it holds anything. */
  read(slot: number, into: Uint8Array): boolean {
    const holds = this.holds(slot)
    if (holds) into.set(this.#bytes)
    return holds
  }

  /** Whether a slot holds anything. */
  holds(slot: number): boolean {
    const read = explained(this.path, () =>
      readSync(this.#file, this.#slot, 0, this.#slot.length, this.#at(slot)),
    )
    return read === this.#slot.length && this.#sum.getUint32(0, true) === this.#sumOf(slot)
  }

  /** Fills a slot. Throws the error of the file system where it cannot, for example where the disk is full. */
  write(slot: number, bytes: Uint8Array): void {
    this.#bytes.set(bytes)
    this.#sum.setUint32(0, this.#sumOf(slot), true)
    writeSync(this.#file, this.#slot, 0, this.#slot.length, this.#at(slot))
  }

  close(): void {
    closeSync(this.#file)
  }

  /** Of the bytes at hand as those of this slot. Never 0: a hole in the file is no slot. */
  #sumOf(slot: number): number {
    const number = new Uint8Array(Float64Array.of(slot).buffer)
    return crc32(this.#bytes, crc32(number, this.#headerSum)) || 1
  }

  #at(slot: number): number {
    return this.#start + slot * this.#slot.length
  }

  /** An empty file, or one whose making was cut short, gets the header; several processes may do so at once. */
  #settleHeader(header: Buffer): void {
    const found = Buffer.alloc(header.length)
    const length = readSync(this.#file, found, 0, header.length, 0)
    demand(
      header.subarray(0, length).equals(found.subarray(0, length)),
      () =>
        `${this.path}: this file is damaged, or another than its name says; once it is removed, it is made again`,
    )
    if (length === header.length) return
    writeSync(this.#file, header, 0, header.length, 0)
    fsyncSync(this.#file)
  }
}

function headerOf(about: object): Buffer {
  const text = JSON.stringify({ ...about, layout }, undefined, 2)
  const length = Math.ceil((text.length + 1) / blockBytes) * blockBytes
  return Buffer.from(`${text.padEnd(length - 1)}\n`)
}

/** The same result; an error of the file system becomes a sentence about the path. */
function explained<T>(path: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (error instanceof InvalidInputError) throw error
    throw new InvalidInputError(`${path}: cannot keep logits here (${(error as Error).message})`)
  }
}
