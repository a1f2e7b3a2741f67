/** Bytes of WebAssembly code. Expressions nest, so code is a tree of bytes until a function flattens it. */
export type Code = number | Uint8Array<ArrayBuffer> | readonly Code[]

/** Flat bytes to which code is appended. They take an eighth of the memory of an array of numbers. */
export class Bytes {
  #bytes = new Uint8Array(256)
  #length = 0

  get length(): number {
    return this.#length
  }

  /** Appends all bytes of a tree. */
  append(code: Code): void {
    if (typeof code === 'number') {
      this.#reserve(1)
      this.#bytes[this.#length++] = code
    } else if (code instanceof Uint8Array) {
      this.#reserve(code.length)
      this.#bytes.set(code, this.#length)
      this.#length += code.length
    } else for (const part of code) this.append(part)
  }

  /** Removes the bytes from `start` on, and returns them. */
  cut(start: number): Uint8Array<ArrayBuffer> {
    const removed = this.#bytes.slice(start, this.#length)
    this.#length = start
    return removed
  }

  /** Returns a copy of all bytes. */
  copy(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#length)
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#bytes.length) return
    const larger = new Uint8Array(2 * (this.#length + count))
    larger.set(this.#bytes)
    this.#bytes = larger
  }
}

/** Encodes an unsigned number in LEB128. Throws `RangeError` for a negative number: as an offset it would leave the memory. */
export function unsigned(value: number): number[] {
  if (value < 0) throw new RangeError(`expected an unsigned number, got ${value}`)
  const bytes: number[] = []
  let rest = value
  do {
    const low = rest & 0x7f
    rest >>>= 7
    bytes.push(rest === 0 ? low : low | 0x80)
  } while (rest !== 0)
  return bytes
}

/** Encodes a signed 32-bit number in LEB128. */
export function signed(value: number): number[] {
  const bytes: number[] = []
  let rest = value | 0
  for (;;) {
    const low = rest & 0x7f
    rest >>= 7
    const done = (rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0)
    bytes.push(done ? low : low | 0x80)
    if (done) return bytes
  }
}

/** Encodes a float32 in four bytes. */
export function float32(value: number): number[] {
  return [...new Uint8Array(new Float32Array([value]).buffer)]
}

/** Encodes a name: its length in bytes, then UTF-8. */
export function text(value: string): number[] {
  const bytes = new TextEncoder().encode(value)
  return [...unsigned(bytes.length), ...bytes]
}

/** Returns all bytes of a tree. */
export function flatten(code: Code): Uint8Array<ArrayBuffer> {
  const bytes = new Bytes()
  bytes.append(code)
  return bytes.cut(0)
}

/** Encodes a vector: the count, then the items. */
export function vector(items: readonly Code[]): Code {
  return [unsigned(items.length), items]
}
