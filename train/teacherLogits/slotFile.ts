import { closeSync, constants, fstatSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs'
import { crc32 } from 'node:zlib'
import { demand, InvalidInputError } from '../../base/errors.ts'

/** Headers are padded to a multiple of this, so that slots start at a disk block. */
const blockBytes = 4096

/** Size of the checksum before each slot: the CRC-32 of the file's header, the slot's number and its bytes. */
const sumBytes = 4

/** Part of the header, so that files with another layout are rejected. */
const layout = 'slots behind the CRC-32 of header, number and bytes'

/**
 * A sparse file of slots of equal size after a JSON header that identifies their contents. A slot is empty unless its checksum
 * matches: if it was never written, truncated by a crash, damaged, or copied from another slot or file. Any number of
 * processes may therefore write concurrently, provided that all would write the same bytes to a slot.
 */
export class SlotFile {
  readonly path: string
  readonly #file: number
  readonly #start: number
  readonly #headerSum: number
  /** Buffer of a checksum and its slot. */
  readonly #slot: Uint8Array
  readonly #sum: DataView
  readonly #bytes: Uint8Array

  /** Opens or creates the file. Throws if an existing file has another header. */
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

  /** Copies the bytes of a slot, and returns whether it is filled. */
  read(slot: number, into: Uint8Array): boolean {
    const holds = this.holds(slot)
    if (holds) into.set(this.#bytes)
    return holds
  }

  /** Whether a slot is filled. */
  holds(slot: number): boolean {
    const read = explained(this.path, () =>
      readSync(this.#file, this.#slot, 0, this.#slot.length, this.#at(slot)),
    )
    return read === this.#slot.length && this.#sum.getUint32(0, true) === this.#sumOf(slot)
  }

  /** Fills a slot. Throws the file system's error, for example if the disk is full. */
  write(slot: number, bytes: Uint8Array): void {
    this.#bytes.set(bytes)
    this.#sum.setUint32(0, this.#sumOf(slot), true)
    writeSync(this.#file, this.#slot, 0, this.#slot.length, this.#at(slot))
  }

  close(): void {
    closeSync(this.#file)
  }

  /** Checksum of the buffered bytes as the contents of a slot. Never 0, so a hole in the file is an empty slot. */
  #sumOf(slot: number): number {
    const number = new Uint8Array(Float64Array.of(slot).buffer)
    return crc32(this.#bytes, crc32(number, this.#headerSum)) || 1
  }

  #at(slot: number): number {
    return this.#start + slot * this.#slot.length
  }

  /** Checks the header, or writes it to a file that is empty or truncated; several processes may do so concurrently. */
  #settleHeader(header: Buffer): void {
    const found = Buffer.alloc(header.length)
    const length = readSync(this.#file, found, 0, header.length, 0)
    demand(
      header.subarray(0, length).equals(found.subarray(0, length)),
      () =>
        `${this.path}: this file is damaged, or not the one that its name says; remove it, and it will be created again`,
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

/** Runs `work`; an error of the file system becomes a sentence about the path. */
function explained<T>(path: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (error instanceof InvalidInputError) throw error
    throw new InvalidInputError(`${path}: cannot store logits here (${(error as Error).message})`)
  }
}
