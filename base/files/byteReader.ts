import type { Refuse } from './refusal.ts'

/** Reads consecutive little-endian numbers and texts; refuses to read beyond the end. */
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

  /** Returns a view of the next `count` bytes, not a copy. */
  take(count: number): Uint8Array {
    const start = this.#advance(count)
    return this.#bytes.subarray(start, start + count)
  }

  text(count: number): string {
    return new TextDecoder().decode(this.take(count))
  }

  /** Returns the text up to the end of the line. */
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

  /** Exact up to 2⁵³; no file is that long. */
  uint64(): number {
    return Number(this.#view.getBigUint64(this.#advance(8), true))
  }

  /** Pickles store only this type with the high byte first. */
  bigEndianFloat64(): number {
    return this.#view.getFloat64(this.#advance(8), false)
  }

  /** Advances the position and returns the old one. */
  #advance(count: number): number {
    const start = this.position
    const end = this.#bytes.length
    if (count > end - start) this.#refuse(`it ends at byte ${end}, ${start + count - end} bytes too early`)
    this.position = start + count
    return start
  }
}
