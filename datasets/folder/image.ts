import type { Refuse } from '../../base/files/refusal.ts'

/** A decoded image. */
export interface DecodedImage {
  readonly width: number
  readonly height: number
  /** Grey, or red, green and blue. */
  readonly channels: 1 | 3
  /** Row-major, with the channels of a pixel adjacent. */
  readonly pixels: Uint8Array
}

/** 2048 × 2048; the networks here take far smaller images. */
const mostPixels = 2 ** 22

/** Refuses a size in a header before memory is allocated for it. */
export function demandFewPixels(width: number, height: number, refuse: Refuse): void {
  const pixels = width * height
  if (pixels < 1 || pixels > mostPixels) {
    refuse(`it has ${width}×${height} pixels, expected 1 to ${mostPixels}`)
  }
}
