import { sizeOf } from '../../shape.ts'
import type { Kernel } from './kernel.ts'
import { exceeds } from './reductions.ts'

/** −1 for a window that contains only padding. */
export const maxPool2dIndices: Kernel<'maxPool2dIndices'> = ([x], { attributes, shape }) => {
  const [, , height, width] = x.shape
  const [, , outputHeight, outputWidth] = shape
  const { kernel, stride, padding, dilation } = attributes
  const output = new Float64Array(sizeOf(shape))
  for (let position = 0; position < output.length; position++) {
    const top = (Math.floor(position / outputWidth) % outputHeight) * stride[0] - padding[0]
    const left = (position % outputWidth) * stride[1] - padding[1]
    const map = Math.floor(position / (outputHeight * outputWidth)) * height * width
    let best = -1
    for (let r = 0; r < kernel[0]; r++) {
      const row = top + r * dilation[0]
      if (row < 0 || row >= height) continue
      for (let s = 0; s < kernel[1]; s++) {
        const column = left + s * dilation[1]
        if (column < 0 || column >= width) continue
        const index = row * width + column
        if (best < 0 || exceeds(x.values[map + index], x.values[map + best])) best = index
      }
    }
    output[position] = best
  }
  return output
}
