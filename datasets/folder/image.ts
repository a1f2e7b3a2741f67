import type { Refuse } from '../../base/files/refusal.ts'

/** An image out of a file. */
export interface DecodedImage {
  readonly width: number
  readonly height: number
  /** Grey, or red, green and blue. */
  readonly channels: 1 | 3
  /** Row by row, pixel by pixel, the channels of a pixel side by side. */
  readonly pixels: Uint8Array
}

/** 2048 × 2048: networks here see far smaller images. */
const mostPixels = 2 ** 22

/** Refuses what a header says, before room is made for it. */
export function demandFewPixels(width: number, height: number, refuse: Refuse): void {
  const pixels = width * height
  if (pixels < 1 || pixels > mostPixels) {
    refuse(`it has ${width}×${height} pixels, expected 1 to ${mostPixels}`)
  }
}
