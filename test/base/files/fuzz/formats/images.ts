import { deflateSync, inflateSync } from 'node:zlib'
import { refusalOf } from '../../../../../base/files/refusal.ts'
import type { RandomStream } from '../../../../../base/random.ts'
import { decodeJpeg } from '../../../../../datasets/folder/jpeg.ts'
import { decodePng } from '../../../../../datasets/folder/png.ts'
import jpegFixtures from '../../../../datasets/fixtures/jpegs.json' with { type: 'json' }
import { pngFile, pngOf } from '../../../../datasets/pngFiles.ts'
import { type Mutation, pick, splice, spoiling } from '../mutations.ts'
import { bomb } from '../packed.ts'
import type { Format } from './format.ts'

type Chunk = readonly [type: string, bytes: Uint8Array]

function chunksOf(file: Uint8Array): Chunk[] {
  const [bytes, chunks] = [Buffer.from(file), [] as Chunk[]]
  for (let at = 8; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at)
    chunks.push([bytes.toString('latin1', at + 4, at + 8), bytes.subarray(at + 8, at + 8 + length)])
    at += 12 + length
  }
  return chunks
}

const chunkTypes = ['IHDR', 'PLTE', 'IDAT', 'IEND', 'tRNS', 'iCCP', 'tEXt', 'zTXt', 'acTL', 'fdAT', 'ABCD']

/** One chunk is spoiled, packed or unpacked, renamed, repeated, moved or left out; the sums are right. */
const insideChunks: Mutation = (bytes, stream, other) => {
  const chunks = chunksOf(bytes)
  const at = stream.integer(chunks.length)
  const [type, body] = chunks[at]
  const spoiled = (): Chunk => [type, body.length > 0 ? spoiling()(body, stream, other) : Uint8Array.of(1)]
  const changes: (() => Chunk[])[] = [
    () => chunks.with(at, spoiled()),
    () => chunks.with(at, [pick(chunkTypes, stream), body]),
    () => chunks.toSpliced(at, 0, ...Array<Chunk>(1 + stream.integer(3)).fill(chunks[at])),
    () => chunks.toSpliced(at, 1),
    () => chunks.toSpliced(at, 0, pick(chunks, stream)),
    () => [...chunks.slice(0, 1), [pick(['iCCP', 'zTXt', 'IDAT'], stream), bomb], ...chunks.slice(1)],
    () => withHeader(chunks, stream),
    () => withRows(chunks, stream, other),
  ]
  return pngFile(pick(changes, stream)())
}

/** Another size, depth, type of colours, or interlaced. */
function withHeader([[type, header], ...rest]: Chunk[], stream: RandomStream): Chunk[] {
  const place = stream.integer(13)
  const changed = Uint8Array.from(header)
  changed[place] = place < 8 ? pick([0, 1, 8, 255, stream.integer(256)], stream) : stream.integer(17)
  return [[type, changed], ...rest]
}

function withRows(chunks: Chunk[], stream: RandomStream, other: Uint8Array): Chunk[] {
  return chunks.map(
    ([type, body]): Chunk =>
      type === 'IDAT'
        ? [type, stream.integer(20) === 0 ? bomb : deflateSync(spoiling()(inflateSync(body), stream, other))]
        : [type, body],
  )
}

export const png: Format = {
  async seeds() {
    const kinds = [
      { type: 0, depths: [1, 2, 4, 8], per: 1 },
      { type: 2, depths: [8, 16], per: 3 },
      { type: 3, depths: [1, 2, 4, 8], per: 1 },
      { type: 6, depths: [8], per: 4 },
    ] as const
    return kinds.flatMap(({ type, depths, per }) =>
      depths.flatMap((depth) =>
        [false, true].map((isInterlaced) =>
          pngOf({
            width: 11,
            height: 9,
            depth,
            type,
            isInterlaced,
            filters: [0, 1, 2, 3, 4],
            samples: Array.from({ length: 99 * per }, (_, i) => (i % per === 3 ? 255 : (i * 7) % 2 ** depth)),
            palette: type === 3 ? Array.from({ length: 3 * 2 ** depth }, (_, i) => i % 256) : undefined,
          }),
        ),
      ),
    )
  },
  spoil: (bytes, stream, other) =>
    stream.integer(4) > 0 ? insideChunks(bytes, stream, other) : spoiling()(bytes, stream, other),
  read: (bytes) => decodePng(bytes, refusalOf('a.png', 'PNG image')),
}

/** Where each segment of a JPEG file begins, as far as they can be followed. */
function segmentsOf(bytes: Uint8Array): number[] {
  const places: number[] = []
  for (
    let at = 2;
    at + 4 <= bytes.length && bytes[at] === 0xff;
    at += 2 + bytes[at + 2] * 256 + bytes[at + 3]
  ) {
    places.push(at)
  }
  return places
}

/** Where one of them begins. */
function somewhere(bytes: Uint8Array, stream: RandomStream): number {
  return pick([2, ...segmentsOf(bytes)], stream)
}

const spoilSegments = spoiling([
  (bytes, stream) => {
    const at = somewhere(bytes, stream)
    return splice(bytes, at, at, [0xff, stream.integer(256)])
  },
  (bytes, stream) => {
    const at = somewhere(bytes, stream) + 1
    return splice(bytes, at, at + 1, [0xc0 + stream.integer(32)])
  },
  (bytes, stream, other) => {
    const start = somewhere(other, stream)
    const end = segmentsOf(other).find((place) => place > start) ?? start + 20
    const times = stream.integer(10) === 0 ? 200 : 1
    const at = somewhere(bytes, stream)
    return splice(bytes, at, at, Buffer.concat(Array(times).fill(other.subarray(start, end))))
  },
  (bytes, stream) => {
    const frame = segmentsOf(bytes).find((place) => bytes[place + 1] >= 0xc0 && bytes[place + 1] <= 0xc2) ?? 2
    return bytes.with(Math.min(frame + 4 + stream.integer(15), bytes.length - 1), stream.integer(256))
  },
])

export const jpeg: Format = {
  seeds: async () =>
    Object.values(jpegFixtures).map((fixture) => new Uint8Array(Buffer.from(fixture.jpeg, 'base64'))),
  spoil: spoilSegments,
  read: (bytes) => decodeJpeg(bytes, refusalOf('a.jpg', 'JPEG image')),
}
