import { crc32, deflateSync } from 'node:zlib'

/** A PNG image as its samples, row by row, those of a pixel side by side. */
export interface PngImage {
  readonly width: number
  readonly height: number
  readonly depth: 1 | 2 | 4 | 8 | 16
  /** 0 grey, 2 coloured, 3 indices into the palette, 4 grey and alpha, 6 coloured and alpha. */
  readonly type: 0 | 2 | 3 | 4 | 6
  readonly samples: ArrayLike<number>
  readonly isInterlaced?: boolean
  /** Of each row, one after the other: 0 to 4. */
  readonly filters?: readonly number[]
  readonly palette?: ArrayLike<number> | undefined
  readonly transparency?: ArrayLike<number>
}

export const samplesPerPixel = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 } as const

/** The bytes of a PNG file. */
export function pngOf(image: PngImage): Uint8Array {
  return pngFile([
    ['IHDR', headerOf(image)],
    ...(image.palette ? [['PLTE', Uint8Array.from(image.palette)] as const] : []),
    ...(image.transparency ? [['tRNS', Uint8Array.from(image.transparency)] as const] : []),
    ['IDAT', deflateSync(rowsOf(image))],
    ['IEND', new Uint8Array(0)],
  ])
}

/** A file of these chunks, with their sums. */
export function pngFile(chunks: readonly (readonly [type: string, bytes: Uint8Array])[]): Uint8Array {
  const parts = chunks.map(([type, bytes]) => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), bytes])
    return Buffer.concat([uint32(bytes.length), body, uint32(crc32(body))])
  })
  return new Uint8Array(Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), ...parts]))
}

export function headerOf({
  width,
  height,
  depth,
  type,
  isInterlaced = false,
}: Omit<PngImage, 'samples'>): Uint8Array {
  return Buffer.concat([
    uint32(width),
    uint32(height),
    Uint8Array.of(depth, type, 0, 0, Number(isInterlaced)),
  ])
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

/** First column, first row and distances of the pixels in each of Adam7's passes, as a picture of 8×8 pixels. */
const adam7 = ['16462646', '77777777', '56565656', '77777777', '36463646', '77777777', '56565656', '77777777']

/** All rows as they are packed, each behind the number of its filter. */
export function rowsOf(image: PngImage): Uint8Array {
  const { width, height, isInterlaced = false, filters = [0] } = image
  const passOf = (row: number, column: number) => (isInterlaced ? adam7[row % 8][column % 8] : '1')
  const rows: number[] = []
  let count = 0
  for (const pass of '1234567') {
    let above: number[] | undefined
    for (let row = 0; row < height; row++) {
      const columns = Array.from({ length: width }, (_, column) => column)
      const bytes = packed(
        image,
        row,
        columns.filter((column) => passOf(row, column) === pass),
      )
      if (bytes.length === 0) continue
      const filter = filters[count++ % filters.length]
      rows.push(filter, ...filtered(filter, bytes, above ?? bytes.map(() => 0), image))
      above = bytes
    }
  }
  return Uint8Array.from(rows)
}

function packed(
  { width, depth, type, samples }: PngImage,
  row: number,
  columns: readonly number[],
): number[] {
  const perPixel = samplesPerPixel[type]
  const bits = columns
    .flatMap((column) =>
      Array.from({ length: perPixel }, (_, place) => samples[(row * width + column) * perPixel + place]),
    )
    .map((sample) => sample.toString(2).padStart(depth, '0'))
    .join('')
  const length = Math.ceil(bits.length / 8)
  return Array.from({ length }, (_, i) => Number.parseInt(bits.slice(8 * i, 8 * i + 8).padEnd(8, '0'), 2))
}

function filtered(
  filter: number,
  bytes: readonly number[],
  above: readonly number[],
  image: PngImage,
): number[] {
  const distance = Math.max(1, (samplesPerPixel[image.type] * image.depth) / 8)
  return bytes.map((byte, i) => {
    const [left, up, corner] = [bytes[i - distance] ?? 0, above[i], above[i - distance] ?? 0]
    const nearest = [left, up, corner].toSorted(
      (a, b) => Math.abs(left + up - corner - a) - Math.abs(left + up - corner - b),
    )[0]
    return (byte - [0, left, up, Math.floor((left + up) / 2), nearest][filter]) & 255
  })
}
