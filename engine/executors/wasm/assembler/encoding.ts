/** Bytes of WebAssembly code. Expressions nest, so code is a tree of bytes until a function takes it up. */
export type Code = number | readonly Code[]

/** An unsigned number in LEB128. A negative one is a fault of the caller: as an offset it would lead out of the memory. */
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

/** A signed 32-bit number in LEB128. */
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

/** The four bytes of a float32. */
export function float32(value: number): number[] {
  return [...new Uint8Array(new Float32Array([value]).buffer)]
}

/** A name: its length in bytes, then UTF-8. */
export function text(value: string): number[] {
  const bytes = new TextEncoder().encode(value)
  return [...unsigned(bytes.length), ...bytes]
}

/** Appends all bytes of a tree to `bytes`. */
export function flatten(code: Code, bytes: number[] = []): number[] {
  if (typeof code === 'number') bytes.push(code)
  else for (const part of code) flatten(part, bytes)
  return bytes
}

/** A list as WebAssembly writes it: the count, then the items. */
export function vector(items: readonly Code[]): Code {
  return [unsigned(items.length), items]
}
