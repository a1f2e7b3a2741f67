import { crc32 } from 'node:zlib'
import { ByteReader } from '../../base/files/byteReader.ts'
import type { Refuse } from '../../base/files/refusal.ts'

/** Colour types, by their numbers in the header. */
const colourTypes = [
  { number: 0, samples: 1, depths: [1, 2, 4, 8, 16], hasAlpha: false, isIndexed: false },
  { number: 2, samples: 3, depths: [8, 16], hasAlpha: false, isIndexed: false },
  { number: 3, samples: 1, depths: [1, 2, 4, 8], hasAlpha: false, isIndexed: true },
  { number: 4, samples: 2, depths: [8, 16], hasAlpha: true, isIndexed: false },
  { number: 6, samples: 4, depths: [8, 16], hasAlpha: true, isIndexed: false },
] as const

export type ColourType = (typeof colourTypes)[number]

/** The first chunk. */
export interface PngHeader {
  readonly width: number
  readonly height: number
  /** Bits per sample: 1, 2, 4, 8 or 16. */
  readonly depth: number
  readonly colours: ColourType
  readonly isInterlaced: boolean
}

/** The chunks of a PNG file that determine its pixels. */
export interface PngChunks {
  readonly header: PngHeader
  /** Red, green and blue of each palette entry. */
  readonly palette?: Uint8Array | undefined
  /** Alpha of each palette entry, or the one transparent colour. */
  readonly transparency?: Uint8Array | undefined
  /** The compressed rows. */
  readonly data: Uint8Array
}

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]

/**
 * Splits a PNG file into chunks (W3C, Portable Network Graphics, 5.3): a length, a type, data, and the CRC-32 of type
 * and data. Ignores anything after the last chunk, as libpng does. Throws for chunks that are damaged, missing,
 * misplaced or duplicate.
 */
export function chunksOf(bytes: Uint8Array, refuse: Refuse): PngChunks {
  const reader = new ByteReader(bytes, refuse)
  if (signature.some((byte) => reader.uint8() !== byte)) refuse('it does not begin as PNG files do')
  const first = nextChunk(reader, refuse)
  if (first.type !== 'IHDR') refuse(`it begins with a chunk ${first.type} instead of IHDR`)
  const header = headerOf(first.bytes, refuse)
  const parts = new Map<string, Uint8Array>()
  const data: Uint8Array[] = []
  for (let before = first; before.type !== 'IEND'; ) {
    const chunk = nextChunk(reader, refuse)
    const { type } = chunk
    if (type === 'IDAT') {
      if (data.length > 0 && before.type !== 'IDAT') refuse('its IDAT chunks are not consecutive')
      data.push(chunk.bytes)
    } else if (type === 'PLTE' || type === 'tRNS') {
      if (parts.has(type) || data.length > 0) refuse(`it has a duplicate or late ${type} chunk`)
      parts.set(type, chunk.bytes)
    } else if (type === 'IHDR' || (type !== 'IEND' && /^[A-Z]/.test(type))) {
      refuse(`it has an unknown or duplicate ${type} chunk`)
    }
    before = chunk
  }
  if (data.length === 0) refuse('it has no IDAT chunk')
  const palette = parts.get('PLTE')
  if (palette && (palette.length % 3 !== 0 || palette.length > 768)) refuse('its palette is damaged')
  return { header, palette, transparency: parts.get('tRNS'), data: Buffer.concat(data) }
}

function nextChunk(reader: ByteReader, refuse: Refuse): { type: string; bytes: Uint8Array } {
  const length = uint32(reader.take(4))
  const start = reader.take(length + 8)
  const type = String.fromCharCode(...start.subarray(0, 4))
  const sum = uint32(start.subarray(length + 4))
  if (crc32(start.subarray(0, length + 4)) !== sum)
    refuse(`its chunk ${type} is damaged: its checksum differs`)
  return { type, bytes: start.subarray(4, length + 4) }
}

function headerOf(bytes: Uint8Array, refuse: Refuse): PngHeader {
  if (bytes.length !== 13) refuse(`its header has ${bytes.length} bytes, expected 13`)
  const [depth, number, packing, filters, interlacing] = bytes.subarray(8)
  const colours = colourTypes.find((known) => known.number === number)
  if (colours === undefined || !(colours.depths as readonly number[]).includes(depth)) {
    return refuse(`it has the invalid combination of colour type ${number} and ${depth} bits`)
  }
  if (packing !== 0 || filters !== 0 || interlacing > 1)
    refuse('its compression, filter or interlace method is unknown')
  return {
    width: uint32(bytes),
    height: uint32(bytes.subarray(4)),
    depth,
    colours,
    isInterlaced: interlacing === 1,
  }
}

/** Reads a big-endian integer. */
function uint32(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0)
}
