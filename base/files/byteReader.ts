import type { Refuse } from './refusal.ts'

/** Reads little-endian numbers and texts one after the other, and refuses to read beyond the end. */
export class ByteReader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  readonly #refuse: Refuse
  position: number

  constructor(bytes: Uint8Array, refuse: Refuse, position = 0) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#refuse = refuse
    this.position = position
  }

  /** The next so many bytes, as they lie there: not a copy. */
  take(count: number): Uint8Array {
    const start = this.#advance(count)
    return this.#bytes.subarray(start, start + count)
  }

  text(count: number): string {
    return new TextDecoder().decode(this.take(count))
  }

  /** The text up to the end of the line. */
  line(): string {
    const end = this.#bytes.indexOf(0x0a, this.position)
    if (end < 0) this.#refuse('it ends in the middle of a line')
    const text = this.text(end - this.position)
    this.position = end + 1
    return text
  }

  uint8(): number {
    return this.#view.getUint8(this.#advance(1))
  }

  uint16(): number {
    return this.#view.getUint16(this.#advance(2), true)
  }

  uint32(): number {
    return this.#view.getUint32(this.#advance(4), true)
  }

  int32(): number {
    return this.#view.getInt32(this.#advance(4), true)
  }

  /** Exact up to 2⁵³: no file is that long. */
  uint64(): number {
    return Number(this.#view.getBigUint64(this.#advance(8), true))
  }

  /** The one number that pickles write with its high byte first. */
  bigEndianFloat64(): number {
    return this.#view.getFloat64(this.#advance(8), false)
  }

  /** Moves on, and returns where it was. */
  #advance(count: number): number {
    const start = this.position
    const end = this.#bytes.length
    if (count > end - start) this.#refuse(`it ends at byte ${end}, ${start + count - end} bytes too early`)
    this.position = start + count
    return start
  }
}
