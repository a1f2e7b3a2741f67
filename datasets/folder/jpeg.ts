import type { Refuse } from '../../files/refusal.ts'
import { type DecodedImage, demandFewPixels } from './image.ts'

/**
 * Decodes a JPEG file, grey or coloured, to the pixels that libjpeg-turbo, and with it Pillow and torchvision, make of
 * it. What a camera notes about its orientation is passed over. Throws for CMYK, and for a file that is truncated or
 * damaged.
 */
export async function decodeJpeg(bytes: Uint8Array, refuse: Refuse): Promise<DecodedImage> {
  // Loaded only here: most commands see no such files.
  const { decode } = await import('@cwasm/jpeg-turbo')
  const frame = frameOf(bytes, refuse)
  demandFewPixels(frame.width, frame.height, refuse)
  const { components: channels } = frame
  if (channels !== 1 && channels !== 3) refuse(`it has ${channels} channels, expected 1 or 3`)
  try {
    const { width, height, data } = decode(bytes)
    return {
      width,
      height,
      channels,
      pixels: Uint8Array.from(data.filter((_, place) => place % 4 < channels)),
    }
  } catch (error) {
    return refuse(`it is truncated or damaged (${(error as Error).message})`)
  }
}

/**
 * What the frame header says (ITU T.81, B.2.2). Segments come before it: a marker of two bytes, the first 0xff, then the
 * length of the rest.
 */
function frameOf(bytes: Uint8Array, refuse: Refuse): { width: number; height: number; components: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = 2
  while (at + 10 <= bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1]
    if (isFrame(marker)) {
      return { height: view.getUint16(at + 5), width: view.getUint16(at + 7), components: bytes[at + 9] }
    }
    // A marker may have any number of 0xff before it.
    at += marker === 0xff ? 1 : 2 + view.getUint16(at + 2)
  }
  return refuse(`it is truncated or damaged (no frame header up to byte ${at})`)
}

/** 0xc0 … 0xcf, but for three that hold tables or are not in use. */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc
}
