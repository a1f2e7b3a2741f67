/** Bytes of WebAssembly code. Expressions nest, so code is a tree of bytes until a function flattens it. */
export type Code = number | readonly Code[]

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

/** Appends all bytes of a tree to `bytes`. */
export function flatten(code: Code, bytes: number[] = []): number[] {
  if (typeof code === 'number') bytes.push(code)
  else for (const part of code) flatten(part, bytes)
  return bytes
}

/** Encodes a vector: the count, then the items. */
export function vector(items: readonly Code[]): Code {
  return [unsigned(items.length), items]
}
