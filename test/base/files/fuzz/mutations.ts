import type { RandomStream } from '../../../../base/random.ts'

/** Spoils a file; `other` is another one to take pieces from. */
export type Mutation = (bytes: Uint8Array, stream: RandomStream, other: Uint8Array) => Uint8Array

/** The bytes with those from `start` to `end` replaced. */
export function splice(
  bytes: Uint8Array,
  start: number,
  end: number,
  inserted: Uint8Array | readonly number[],
): Uint8Array {
  return Buffer.concat([bytes.subarray(0, start), Uint8Array.from(inserted), bytes.subarray(end)])
}

export function pick<T>(choices: readonly T[], stream: RandomStream): T {
  return choices[stream.integer(choices.length)]
}

/** A place in the file: often near one of its ends, where headers and directories lie. */
export function place(bytes: Uint8Array, stream: RandomStream): number {
  if (bytes.length === 0) return 0
  const near = Math.min(bytes.length, 200)
  const place = stream.integer(stream.integer(2) === 0 ? near : bytes.length)
  return stream.integer(4) === 0 ? bytes.length - 1 - place : place
}

/** A piece of at most 64 bytes. */
function piece(bytes: Uint8Array, stream: RandomStream): Uint8Array {
  const start = place(bytes, stream)
  return bytes.subarray(start, start + 1 + stream.integer(64))
}

/** Numbers at the edges of what fields can hold, low byte first, high byte first and as digits. */
const edges = [
  [0xff, 0xff, 0xff, 0xff],
  [0xff, 0xff, 0xff, 0x7f],
  [0x7f, 0xff, 0xff, 0xff],
  [0, 0, 0, 0x80],
  [0x80, 0, 0, 0],
  [0, 0, 0, 0],
  [0xff, 0xff],
  [0, 1],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
  [0, 0, 0, 0, 0, 0, 0x10, 0],
  [...Buffer.from('77777777777')],
  [...Buffer.from('-1')],
  [...Buffer.from('1e999')],
]

/** Spoils any file, whatever it is. */
const flat: readonly Mutation[] = [
  (bytes, stream) => bytes.with(place(bytes, stream), stream.integer(256)),
  (bytes, stream) => {
    const at = place(bytes, stream)
    return bytes.with(at, bytes[at] ^ (1 << stream.integer(8)))
  },
  (bytes, stream) => {
    const at = place(bytes, stream)
    const edge = pick(edges, stream)
    return splice(bytes, at, at + edge.length, edge)
  },
  (bytes, stream) => bytes.subarray(0, place(bytes, stream)),
  (bytes, stream) => {
    const at = place(bytes, stream)
    return splice(bytes, at, at + 1 + stream.integer(16), [])
  },
  (bytes, stream) => {
    const at = place(bytes, stream)
    return splice(bytes, at, at, piece(bytes, stream))
  },
  (bytes, stream, other) => {
    const at = place(bytes, stream)
    const taken = piece(other, stream)
    return splice(bytes, at, at + taken.length, taken)
  },
  (bytes, stream) => {
    const at = place(bytes, stream)
    const times = stream.integer(20) === 0 ? 5000 : 100
    return splice(bytes, at, at, Buffer.concat(Array(times).fill(piece(bytes, stream))))
  },
]

/** One to four mutations, one after the other, of these and of any. */
export function spoiling(own: readonly Mutation[] = []): Mutation {
  return (bytes, stream, other) => {
    let spoiled = bytes
    for (let count = 1 + stream.integer(4); count > 0 && spoiled.length > 0; count--) {
      const isOwn = own.length > 0 && stream.integer(2) === 0
      spoiled = pick(isOwn ? own : flat, stream)(spoiled, stream, other)
    }
    return spoiled
  }
}
