import { crc32 } from 'node:zlib'
import { ByteReader } from '../../base/files/byteReader.ts'
import type { Refuse } from '../../base/files/refusal.ts'

/** How the numbers of a pixel stand for its colour, by the number that the header has for it. */
const colourTypes = [
  { number: 0, samples: 1, depths: [1, 2, 4, 8, 16], hasAlpha: false, isIndexed: false },
  { number: 2, samples: 3, depths: [8, 16], hasAlpha: false, isIndexed: false },
  { number: 3, samples: 1, depths: [1, 2, 4, 8], hasAlpha: false, isIndexed: true },
  { number: 4, samples: 2, depths: [8, 16], hasAlpha: true, isIndexed: false },
  { number: 6, samples: 4, depths: [8, 16], hasAlpha: true, isIndexed: false },
] as const

export type ColourType = (typeof colourTypes)[number]

/** What the first chunk says. */
export interface PngHeader {
  readonly width: number
  readonly height: number
  /** Bits a sample: 1, 2, 4, 8 or 16. */
  readonly depth: number
  readonly colours: ColourType
  readonly isInterlaced: boolean
}

/** What of a PNG file decides its pixels. */
export interface PngChunks {
  readonly header: PngHeader
  /** Red, green and blue of each colour that an index stands for. */
  readonly palette?: Uint8Array
  /** The alpha of each of these colours, or the one colour that is transparent. */
  readonly transparency?: Uint8Array
  /** The rows, packed. */
  readonly data: Uint8Array
}

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]

/**
 * Takes a PNG file apart (W3C, Portable Network Graphics, 5.3): chunks of a length, a type, bytes and the CRC-32 of type
 * and bytes. What comes behind the last one is passed over, as by libpng. Throws where one is damaged, missing, at a wrong
 * place or there twice.
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
      if (data.length > 0 && before.type !== 'IDAT') refuse('its chunks IDAT do not follow one another')
      data.push(chunk.bytes)
    } else if (type === 'PLTE' || type === 'tRNS') {
      if (parts.has(type) || data.length > 0) refuse(`it has a chunk ${type} too many or too late`)
      parts.set(type, chunk.bytes)
    } else if (type === 'IHDR' || (type !== 'IEND' && /^[A-Z]/.test(type))) {
      refuse(`it has a chunk ${type}, which is not known or comes once only`)
    }
    before = chunk
  }
  if (data.length === 0) refuse('it has no chunk IDAT')
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
    return refuse(`it has colours of type ${number} in ${depth} bits, which there are not`)
  }
  if (packing !== 0 || filters !== 0 || interlacing > 1) refuse('it is packed in an unknown way')
  return {
    width: uint32(bytes),
    height: uint32(bytes.subarray(4)),
    depth,
    colours,
    isInterlaced: interlacing === 1,
  }
}

/** High byte first. */
function uint32(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0)
}
