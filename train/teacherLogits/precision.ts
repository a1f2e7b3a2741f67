import { getFloat16, setFloat16 } from '@petamoriken/float16'

/** The little-endian encoding of a number. */
interface Format {
  readonly bytes: number
  read(view: DataView, at: number): number
  write(view: DataView, at: number, value: number): void
}

const formats = {
  float32: {
    bytes: 4,
    read: (view, at) => view.getFloat32(at, true),
    write: (view, at, value) => view.setFloat32(at, value, true),
  },
  float16: {
    bytes: 2,
    read: (view, at) => getFloat16(view, at, true),
    write: (view, at, value) => setFloat16(view, at, value, true),
  },
} as const satisfies Record<string, Format>

/** `float32` keeps every bit; `float16` halves the size and keeps 11 significant bits. */
export type Precision = keyof typeof formats

export const precisions = Object.keys(formats) as Precision[]

export function bytesPerNumber(precision: Precision): number {
  return formats[precision].bytes
}

/** Encodes the numbers consecutively. */
export function encode(numbers: Float32Array, precision: Precision, into: Uint8Array): void {
  const { bytes, write } = formats[precision]
  const view = new DataView(into.buffer, into.byteOffset, into.byteLength)
  for (const [i, number] of numbers.entries()) write(view, i * bytes, number)
}

/** Decodes the numbers that `encode` wrote. */
export function decode({ buffer, byteOffset, byteLength }: Uint8Array, precision: Precision): Float32Array {
  const { bytes, read } = formats[precision]
  const view = new DataView(buffer, byteOffset, byteLength)
  const numbers = new Float32Array(byteLength / bytes)
  for (let i = 0; i < numbers.length; i++) numbers[i] = read(view, i * bytes)
  return numbers
}
