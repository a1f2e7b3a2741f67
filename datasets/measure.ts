import type { NdArray } from 'ndarray'
import type { Normalisation } from './dataset.ts'

/**
 * Measures the mean and standard deviation of each channel of images [count, channels, height, width], in units of
 * `scale`. The deviation of a channel whose pixels are all equal is reported as 1, to allow division.
 */
export function measure({ data, shape, stride, offset }: NdArray<Uint8Array>, scale: number): Normalisation {
  const [count, channels, height, width] = shape
  const pixels = count * height * width
  const mean: number[] = []
  const std: number[] = []
  for (let channel = 0; channel < channels; channel++) {
    // Sums of integers are exact up to 2⁵³.
    let [sum, squares] = [0, 0]
    for (let image = 0; image < count; image++) {
      for (let row = 0; row < height; row++) {
        let at = offset + image * stride[0] + channel * stride[1] + row * stride[2]
        for (let column = 0; column < width; column++) {
          const pixel = data[at]
          sum += pixel
          squares += pixel * pixel
          at += stride[3]
        }
      }
    }
    const average = sum / pixels
    mean.push(average / scale)
    std.push(Math.sqrt(Math.max(0, squares / pixels - average ** 2)) / scale || 1)
  }
  return { scale, mean, std }
}
