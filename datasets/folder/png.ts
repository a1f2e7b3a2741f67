import type { DecodedPng } from 'fast-png'
import type { Refuse } from '../../files/refusal.ts'
import { type DecodedImage, demandFewPixels } from './image.ts'

/**
 * Decodes a PNG file of up to 8 bits a channel: grey, coloured or with a palette. Throws for 16 bits, for pixels that are
 * not opaque, and for a file that is truncated or damaged.
 */
export async function decodePng(bytes: Uint8Array, refuse: Refuse): Promise<DecodedImage> {
  // Loaded only here: most commands see no such files.
  const { decode, convertIndexedToRgb } = await import('fast-png')
  if (bytes.length < 24) refuse(`it ends after ${bytes.length} bytes`)
  const header = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  demandFewPixels(header.getUint32(16), header.getUint32(20), refuse)

  const png = sound(() => decode(bytes, { checkCrc: true }), refuse)
  const { width, height, depth, channels, palette, transparency } = png
  if (depth === 16) refuse('it has 16 bits a channel')
  if (transparency !== undefined) refuse('one of its colours is transparent')
  if (palette === undefined && depth === 8) return opaque(png, channels, refuse)
  const data = sound(() => convertIndexedToRgb({ ...png, palette: palette ?? greys(depth) }), refuse)
  return opaque({ ...png, data }, data.length / (width * height), refuse)
}

/** What the library makes of the file, if it is sound. */
function sound<T>(decoded: () => T, refuse: Refuse): T {
  try {
    return decoded()
  } catch (error) {
    return refuse(`it is truncated or damaged (${(error as Error).message})`)
  }
}

/** What the pixels of a grey image of fewer than 8 bits stand for: as a palette. */
function greys(depth: number): number[][] {
  const most = 2 ** depth - 1
  return Array.from({ length: most + 1 }, (_, level) => [(255 * level) / most])
}

/** The image without its alpha channel, if it has one, which must say that all pixels are opaque. */
function opaque({ width, height, data }: DecodedPng, channels: number, refuse: Refuse): DecodedImage {
  const pixels = Uint8Array.from(data)
  if (channels === 1 || channels === 3) return { width, height, channels, pixels }
  const colours = channels === 4 ? 3 : 1
  const transparent = pixels.findIndex((value, place) => place % channels === colours && value !== 255)
  if (transparent >= 0) {
    const pixel = Math.floor(transparent / channels)
    refuse(`its pixel in row ${Math.floor(pixel / width)}, column ${pixel % width} is not opaque`)
  }
  const coloured = pixels.filter((_, place) => place % channels !== colours)
  return { width, height, channels: colours, pixels: coloured }
}
