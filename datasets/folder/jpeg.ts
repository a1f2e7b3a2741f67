import type { Refuse } from '../../base/files/refusal.ts'
import { type DecodedImage, demandFewPixels } from './image.ts'
import { frameOf } from './jpegFrame.ts'

/** Limit of the scans of a progressive image, because each takes as long as a whole image; encoders write about ten. */
const mostScans = 64

/**
 * Decodes a grey or RGB JPEG file to the same pixels as libjpeg-turbo, and so Pillow and torchvision. Ignores EXIF
 * orientation. Throws for CMYK, and for a file that is truncated or damaged. Checks the frame header before decoding.
 */
export async function decodeJpeg(bytes: Uint8Array, refuse: Refuse): Promise<DecodedImage> {
  // Loaded here because most commands decode no JPEG files.
  const { decode } = await import('@cwasm/jpeg-turbo')
  const { width, height, components: channels, scans } = frameOf(bytes, refuse)
  demandFewPixels(width, height, refuse)
  if (channels !== 1 && channels !== 3) refuse(`it has ${channels} channels, expected 1 or 3`)
  if (scans > mostScans) refuse(`it has ${scans} scans, expected at most ${mostScans}`)
  try {
    const { data } = decode(bytes)
    const pixels = new Uint8Array(width * height * channels)
    for (let i = 0; i < pixels.length; i++) pixels[i] = data[4 * Math.floor(i / channels) + (i % channels)]
    return { width, height, channels, pixels }
  } catch (error) {
    return refuse(`it is truncated or damaged (${(error as Error).message})`)
  }
}
