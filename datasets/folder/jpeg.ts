import type { Refuse } from '../../base/files/refusal.ts'
import { type DecodedImage, demandFewPixels } from './image.ts'
import { frameOf } from './jpegFrame.ts'

/** Of a file whose image becomes finer with each; encoders write some ten. Each takes as long as a whole image. */
const mostScans = 64

/**
 * Decodes a JPEG file, grey or coloured, to the pixels that libjpeg-turbo, and with it Pillow and torchvision, make of
 * it. What a camera notes about its orientation is passed over. Throws for CMYK, and for a file that is truncated or
 * damaged. The frame that will be decoded is looked at first.
 */
export async function decodeJpeg(bytes: Uint8Array, refuse: Refuse): Promise<DecodedImage> {
  // Loaded only here: most commands see no such files.
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
