import { inflateSync } from 'node:zlib'
import type { Refuse } from '../../base/files/refusal.ts'
import type { PngChunks, PngHeader } from './pngChunks.ts'

/** A grid of equidistant pixels, which is compressed as a separate image. */
interface Pass {
  readonly left: number
  readonly top: number
  readonly columnStep: number
  readonly rowStep: number
}

const wholeImage: readonly Pass[] = [{ left: 0, top: 0, columnStep: 1, rowStep: 1 }]

/** Adam7: W3C, Portable Network Graphics, 8.1. */
const interlaced: readonly Pass[] = [
  { left: 0, top: 0, columnStep: 8, rowStep: 8 },
  { left: 4, top: 0, columnStep: 8, rowStep: 8 },
  { left: 0, top: 4, columnStep: 4, rowStep: 8 },
  { left: 2, top: 0, columnStep: 4, rowStep: 4 },
  { left: 0, top: 2, columnStep: 2, rowStep: 4 },
  { left: 1, top: 0, columnStep: 2, rowStep: 2 },
  { left: 0, top: 1, columnStep: 1, rowStep: 2 },
]

/**
 * Returns the stored samples of all pixels in row-major order, with the samples of a pixel adjacent. Throws unless the data
 * unpacks to exactly the number of bytes that the header implies, without unpacking more.
 */
export function samplesOf({ header, data }: PngChunks, refuse: Refuse): Uint8Array {
  const { width, height, depth, colours } = header
  const perPixel = colours.samples
  const samples = new Uint8Array(width * height * perPixel)
  const passes = passesOf(header)
  const unpacked = unpack(data, passes, refuse)
  let at = 0
  for (const { pass, columns, rows, rowBytes } of passes) {
    let above = new Uint8Array(rowBytes)
    for (let row = 0; row < rows; row++) {
      const line = unpacked.subarray(at + 1, at + 1 + rowBytes)
      unfilter(unpacked[at], line, above, Math.max(1, (perPixel * depth) / 8), refuse)
      const start = (pass.top + row * pass.rowStep) * width + pass.left
      for (let i = 0; i < columns * perPixel; i++) {
        const pixel = start + Math.floor(i / perPixel) * pass.columnStep
        samples[pixel * perPixel + (i % perPixel)] = sample(line, i, depth)
      }
      above = line
      at += 1 + rowBytes
    }
  }
  return samples
}

/** Returns the passes that have pixels, with their sizes. */
function passesOf({ width, height, depth, colours, isInterlaced }: PngHeader) {
  return (isInterlaced ? interlaced : wholeImage)
    .map((pass) => {
      const columns = Math.ceil((width - pass.left) / pass.columnStep)
      const rows = Math.ceil((height - pass.top) / pass.rowStep)
      return { pass, columns, rows, rowBytes: Math.ceil((columns * colours.samples * depth) / 8) }
    })
    .filter(({ columns, rows }) => columns > 0 && rows > 0)
}

function unpack(
  data: Uint8Array,
  passes: ReturnType<typeof passesOf>,
  refuse: Refuse,
): Uint8Array<ArrayBuffer> {
  const expected = passes.reduce((sum, { rows, rowBytes }) => sum + rows * (1 + rowBytes), 0)
  try {
    const unpacked = inflateSync(data, { maxOutputLength: expected })
    if (unpacked.length === expected) return unpacked
    return refuse(
      `it is truncated or damaged (its data unpacks to ${unpacked.length} bytes, expected ${expected})`,
    )
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const isLonger = code === 'ERR_BUFFER_TOO_LARGE'
    const problem = isLonger ? `its data unpacks to more than ${expected} bytes` : message
    return refuse(`it is truncated or damaged (${problem})`)
  }
}

/** Undoes a filter in place (W3C, 9.2). Each byte was stored minus its prediction from neighbours. */
function unfilter(
  filter: number,
  line: Uint8Array,
  above: Uint8Array,
  distance: number,
  refuse: Refuse,
): void {
  if (filter > 4) refuse(`it is truncated or damaged (a row has the unknown filter ${filter})`)
  for (let i = 0; i < line.length; i++) {
    const left = i < distance ? 0 : line[i - distance]
    if (filter === 1) line[i] += left
    else if (filter === 2) line[i] += above[i]
    else if (filter === 3) line[i] += (left + above[i]) >> 1
    else if (filter === 4) line[i] += paeth(left, above[i], i < distance ? 0 : above[i - distance])
  }
}

/** Returns the one of the three that is nearest to left + above − corner. */
function paeth(left: number, above: number, corner: number): number {
  const [toLeft, toAbove] = [Math.abs(above - corner), Math.abs(left - corner)]
  const toCorner = Math.abs(left + above - 2 * corner)
  if (toLeft <= toAbove && toLeft <= toCorner) return left
  return toAbove <= toCorner ? above : corner
}

/** Returns sample i of a row; the first of those that share a byte is in its high bits. */
function sample(line: Uint8Array, i: number, depth: number): number {
  if (depth === 8) return line[i]
  const bit = i * depth
  return (line[bit >> 3] >> (8 - depth - (bit & 7))) & ((1 << depth) - 1)
}
