import type { Refuse } from '../../base/files/refusal.ts'
import { type DecodedImage, demandFewPixels } from './image.ts'
import { chunksOf, type PngChunks } from './pngChunks.ts'
import { samplesOf } from './pngSamples.ts'

/**
 * Decodes a PNG file of up to 8 bits per channel, interlaced or not: grey, RGB or with a palette. Throws for 16 bits,
 * for pixels that are not opaque, and for a file that is truncated or damaged. Checks the size in the header first, and
 * unpacks no more than that.
 */
export function decodePng(bytes: Uint8Array, refuse: Refuse): DecodedImage {
  const chunks = chunksOf(bytes, refuse)
  const { width, height, depth, colours } = chunks.header
  demandFewPixels(width, height, refuse)
  if (depth === 16) refuse('it has 16 bits per channel')
  const samples = samplesOf(chunks, refuse)
  const isOpaque = opacityOf(chunks, samples)
  for (let pixel = 0; pixel < width * height; pixel++) {
    if (!isOpaque(pixel))
      refuse(`its pixel in row ${Math.floor(pixel / width)}, column ${pixel % width} is not opaque`)
  }
  return colours.isIndexed
    ? {
        width,
        height,
        channels: 3,
        pixels: lookUp(samples, chunks.palette ?? refuse('it has no palette'), refuse),
      }
    : { width, height, ...channelsOf(samples, chunks) }
}

/** Returns a test whether a pixel is opaque: by its alpha, by its palette entry's, or by the one transparent colour. */
function opacityOf({ header, transparency }: PngChunks, samples: Uint8Array): (pixel: number) => boolean {
  const { samples: perPixel, hasAlpha, isIndexed } = header.colours
  if (hasAlpha) return (pixel) => samples[(pixel + 1) * perPixel - 1] === 255
  if (transparency === undefined) return () => true
  if (isIndexed) return (pixel) => (transparency[samples[pixel]] ?? 255) === 255
  // The transparent colour has 16 bits per sample.
  const isClear = (sample: number, channel: number) =>
    transparency[2 * channel] === 0 && transparency[2 * channel + 1] === sample
  return (pixel) => !samples.subarray(pixel * perPixel, (pixel + 1) * perPixel).every(isClear)
}

/** Maps palette indices to colours. */
function lookUp(indices: Uint8Array, palette: Uint8Array, refuse: Refuse): Uint8Array {
  const pixels = new Uint8Array(3 * indices.length)
  for (const [pixel, index] of indices.entries()) {
    if (3 * index >= palette.length)
      refuse(`a pixel has colour ${index}, but the palette has ${palette.length / 3} colours`)
    pixels.set(palette.subarray(3 * index, 3 * index + 3), 3 * pixel)
  }
  return pixels
}

/** Drops the alpha channel, and scales the samples to 8 bits. */
function channelsOf(samples: Uint8Array, { header }: PngChunks): Pick<DecodedImage, 'channels' | 'pixels'> {
  const { depth, colours } = header
  const channels = colours.samples >= 3 ? 3 : 1
  const pixels = new Uint8Array((samples.length / colours.samples) * channels)
  const scale = 255 / (2 ** depth - 1)
  for (let i = 0; i < pixels.length; i++)
    pixels[i] = scale * samples[Math.floor(i / channels) * colours.samples + (i % channels)]
  return { channels, pixels }
}
