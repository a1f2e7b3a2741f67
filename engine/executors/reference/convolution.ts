import type { Geometry } from '../../operations/attributes.ts'
import { type Shape, sizeOf } from '../../shape.ts'
import type { Kernel, Operand } from './kernel.ts'

/**
 * Visits the elements that one weight connects, a row at a time: for j < count, weight element `weight` connects maps element
 * `x + j · step` and output element `output + j`.
 */
type Visit = (output: number, x: number, weight: number, count: number, step: number) => void

/** Loops over a convolution. The three kernels differ only in which of x, weight and output they read and which they sum. */
function forEachRow(x: Shape, weight: Shape, output: Shape, attributes: Geometry, visit: Visit): void {
  const [count, channels, height, width] = x
  const [filters, groupChannels, kernelHeight, kernelWidth] = weight
  const [, , outputHeight, outputWidth] = output
  const groupFilters = filters / attributes.groups
  const [verticalStride, horizontalStride] = attributes.stride
  const rows = overlaps(0, height, kernelHeight, outputHeight, attributes)
  const columns = overlaps(1, width, kernelWidth, outputWidth, attributes)
  for (let n = 0; n < count; n++) {
    for (let k = 0; k < filters; k++) {
      const outputMap = (n * filters + k) * outputHeight * outputWidth
      const firstChannel = Math.floor(k / groupFilters) * groupChannels
      for (let c = 0; c < groupChannels; c++) {
        const map = (n * channels + firstChannel + c) * height * width
        for (let r = 0; r < kernelHeight; r++) {
          for (let s = 0; s < kernelWidth; s++) {
            const tap = ((k * groupChannels + c) * kernelHeight + r) * kernelWidth + s
            const { first: left, end: right, shift } = columns[s]
            const start = map + left * horizontalStride + shift
            for (let i = rows[r].first; i < rows[r].end; i++) {
              const row = i * verticalStride + rows[r].shift
              visit(
                outputMap + i * outputWidth + left,
                start + row * width,
                tap,
                right - left,
                horizontalStride,
              )
            }
          }
        }
      }
    }
  }
}

/**
 * Returns, for each tap along height (0) or width (1), the outputs first ≤ i < end that it contributes to; output i reads
 * input i · stride + shift.
 */
function overlaps(dimension: 0 | 1, length: number, kernel: number, output: number, attributes: Geometry) {
  const stride = attributes.stride[dimension]
  const padding = attributes.padding[dimension]
  const dilation = attributes.dilation[dimension]
  return Array.from({ length: kernel }, (_, tap) => {
    const shift = tap * dilation - padding
    return {
      shift,
      first: Math.max(0, Math.ceil(-shift / stride)),
      end: Math.min(output, Math.ceil((length - shift) / stride)),
    }
  })
}

/** Returns the maps with their padding, whose zeros are multiplied like other numbers. */
function padded({ values, shape }: Operand, { padding, ...attributes }: Geometry) {
  const [outer, [height, width]] = [shape.slice(0, 2), shape.slice(2)]
  const [vertical, horizontal] = padding
  const lines = height + 2 * vertical
  const lineLength = width + 2 * horizontal
  const maps = new Float64Array(sizeOf(outer) * lines * lineLength)
  for (let map = 0; map < sizeOf(outer); map++) {
    for (let row = 0; row < height; row++) {
      const from = (map * height + row) * width
      const to = (map * lines + vertical + row) * lineLength + horizontal
      for (let column = 0; column < width; column++) maps[to + column] = values[from + column]
    }
  }
  return {
    maps,
    shape: [...outer, lines, lineLength],
    attributes: { ...attributes, padding: [0, 0] as const },
  }
}

export const conv2d: Kernel<'conv2d'> = ([x, weight], { attributes, shape }) => {
  const result = new Float64Array(sizeOf(shape))
  const { maps, ...inside } = padded(x, attributes)
  forEachRow(inside.shape, weight.shape, shape, inside.attributes, (output, input, tap, count, step) => {
    const factor = weight.values[tap]
    for (let j = 0; j < count; j++) result[output + j] += factor * maps[input + j * step]
  })
  return result
}

export const conv2dInputGradient: Kernel<'conv2dInputGradient'> = (
  [gradient, weight],
  { attributes, shape },
) => {
  const result = new Float64Array(sizeOf(shape))
  const slopes = gradient.values
  forEachRow(shape, weight.shape, gradient.shape, attributes, (output, input, tap, count, step) => {
    const factor = weight.values[tap]
    for (let j = 0; j < count; j++) result[input + j * step] += factor * slopes[output + j]
  })
  return result
}

export const conv2dWeightGradient: Kernel<'conv2dWeightGradient'> = (
  [x, gradient],
  { attributes, shape },
) => {
  const result = new Float64Array(sizeOf(shape))
  const { maps, ...inside } = padded(x, attributes)
  const slopes = gradient.values
  forEachRow(inside.shape, shape, gradient.shape, inside.attributes, (output, input, tap, count, step) => {
    let total = 0
    for (let j = 0; j < count; j++) total += slopes[output + j] * maps[input + j * step]
    result[tap] += total
  })
  return result
}
