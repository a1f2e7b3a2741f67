/** Writes a pickle of protocol 2, value by value; `opcodes.ts` names the opcodes. */
export class PickleWriter {
  readonly #bytes: number[] = [0x80, 2]

  /** Writes a text as UTF-8. */
  text(text: string): this {
    const encoded = new TextEncoder().encode(text)
    this.#opcode(0x58).#uint32(encoded.length)
    for (const byte of encoded) this.#bytes.push(byte)
    return this
  }

  /** Writes a 32-bit integer. */
  integer(value: number): this {
    return this.#opcode(0x4a).#uint32(value)
  }

  false(): this {
    return this.#opcode(0x89)
  }

  /** Writes a reference to what Python imports under this name. */
  named(module: string, name: string): this {
    this.#opcode(0x63)
    for (const byte of new TextEncoder().encode(`${module}\n${name}\n`)) this.#bytes.push(byte)
    return this
  }

  tuple(write: (writer: this) => void): this {
    this.#opcode(0x28)
    write(this)
    return this.#opcode(0x74)
  }

  integers(values: readonly number[]): this {
    return this.tuple(() => {
      for (const value of values) this.integer(value)
    })
  }

  /** Calls the last value but one with the last, a tuple. */
  call(): this {
    return this.#opcode(0x52)
  }

  /** Replaces the last value, a tuple, by the external data that it refers to. */
  persistent(): this {
    return this.#opcode(0x51)
  }

  /** Adds alternating keys and values to the dictionary written last. */
  items(write: (writer: this) => void): this {
    this.#opcode(0x28)
    write(this)
    return this.#opcode(0x75)
  }

  /** Ends the program and returns its bytes. */
  end(): Uint8Array {
    this.#opcode(0x2e)
    return Uint8Array.from(this.#bytes)
  }

  #opcode(code: number): this {
    this.#bytes.push(code)
    return this
  }

  #uint32(value: number): this {
    for (let shift = 0; shift < 32; shift += 8) this.#bytes.push((value >>> shift) & 0xff)
    return this
  }
}
