import { unzipSync, zipSync } from 'fflate'
import type { RandomStream } from '../../../../engine/random.ts'
import { opcodes } from '../../../../files/pickle/opcodes.ts'
import { isZip } from './seeds.ts'

/** Spoils a file; `other` is another one to take pieces from. */
type Mutation = (bytes: Uint8Array, stream: RandomStream, other: Uint8Array) => Uint8Array

/** The bytes with those from `start` to `end` replaced. */
function splice(bytes: Uint8Array, start: number, end: number, inserted: ArrayLike<number>): Uint8Array {
  return Uint8Array.from([...bytes.subarray(0, start), ...Array.from(inserted), ...bytes.subarray(end)])
}

function pick<T>(choices: readonly T[], stream: RandomStream): T {
  return choices[stream.integer(choices.length)]
}

/** A place in the file: often near one of its ends, where headers and directories lie. */
function place(bytes: Uint8Array, stream: RandomStream): number {
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

/** Numbers at the edges of what fields can hold, low byte first. */
const edges = [
  [0xff, 0xff, 0xff, 0xff],
  [0xff, 0xff, 0xff, 0x7f],
  [0, 0, 0, 0x80],
  [0, 0, 0, 0],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
  [0, 0, 0, 0, 0, 0, 0x10, 0],
]

const opcodeBytes = [...Object.keys(opcodes).map(Number), 0x2e]

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
  (bytes, stream) => bytes.with(place(bytes, stream), pick(opcodeBytes, stream)),
  (bytes, stream) => {
    const at = place(bytes, stream)
    return splice(
      bytes,
      at,
      at,
      Array.from({ length: 1 + stream.integer(8) }, () => pick(opcodeBytes, stream)),
    )
  },
  (bytes, stream) => {
    const at = place(bytes, stream)
    const repeated = piece(bytes, stream)
    return splice(bytes, at, at, Array.from({ length: 100 }, () => [...repeated]).flat())
  },
]

/** Spoils a file in a zip archive and packs the archive again, so that checksums do not protect what is in it. */
const insideArchive: Mutation = (bytes, stream, other) => {
  const files = unzipSync(bytes)
  const name = stream.integer(4) === 0 ? pick(Object.keys(files), stream) : pickleIn(files)
  const spoiled = { ...files, [name]: spoil(files[name], stream, other) }
  return zipSync(spoiled, { level: pick([0, 6] as const, stream) })
}

function pickleIn(files: Record<string, Uint8Array>): string {
  return Object.keys(files).find((name) => name.endsWith('data.pkl'))!
}

/** One to four mutations, one after the other. */
function spoil(bytes: Uint8Array, stream: RandomStream, other: Uint8Array): Uint8Array {
  let spoiled = bytes
  for (let count = 1 + stream.integer(4); count > 0 && spoiled.length > 0; count--) {
    spoiled = pick(flat, stream)(spoiled, stream, other)
  }
  return spoiled
}

/** A spoiled file; `other` is another one to take pieces from. */
export const mutate: Mutation = (bytes, stream, other) =>
  isZip(bytes) && stream.integer(3) > 0 ? insideArchive(bytes, stream, other) : spoil(bytes, stream, other)
