import type { Geometry } from '../../operations/attributes.ts'
import { type Shape, sizeOf } from '../../shape.ts'
import type { Kernel } from './kernel.ts'

/**
 * The loops over a convolution: one map of x at a time, with all the filters of its group. The three kernels differ only in
 * which of x, weight and output they read and which they sum.
 */
interface Loops {
  /** For each tap (r, s) of the kernel, the position in a map of x that each output element reads; −1 in the padding. */
  readonly taps: readonly Int32Array[]
  /** The number of filters in a group. */
  readonly filters: number
  /** The number of weights of a filter, and of elements of an output map: how far apart those of two filters are. */
  readonly filterSize: number
  readonly mapSize: number
  /** Calls `visit` with the offset of each map of x, and those of its weights and its output in the group's first filter. */
  readonly forEachMap: (visit: (map: number, weights: number, output: number) => void) => void
}

function loopsOf(x: Shape, weight: Shape, output: Shape, attributes: Geometry): Loops {
  const [count, channels] = x
  const [allFilters, groupChannels] = weight
  const filters = allFilters / attributes.groups
  const taps = positionsOfTaps(x, weight, output, attributes)
  const filterSize = groupChannels * taps.length
  const mapSize = sizeOf(output.slice(2))
  const inputSize = sizeOf(x.slice(2))
  return {
    taps,
    filters,
    filterSize,
    mapSize,
    forEachMap: (visit) => {
      for (let n = 0; n < count; n++) {
        for (let channel = 0; channel < channels; channel++) {
          const firstFilter = Math.floor(channel / groupChannels) * filters
          visit(
            (n * channels + channel) * inputSize,
            firstFilter * filterSize + (channel % groupChannels) * taps.length,
            (n * allFilters + firstFilter) * mapSize,
          )
        }
      }
    },
  }
}

function positionsOfTaps(
  [, , height, width]: Shape,
  [, , kernelHeight, kernelWidth]: Shape,
  [, , outputHeight, outputWidth]: Shape,
  { stride, padding, dilation }: Geometry,
): Int32Array[] {
  return Array.from({ length: kernelHeight * kernelWidth }, (_, tap) => {
    const r = Math.floor(tap / kernelWidth)
    const s = tap % kernelWidth
    return Int32Array.from({ length: outputHeight * outputWidth }, (_, j) => {
      const row = Math.floor(j / outputWidth) * stride[0] + r * dilation[0] - padding[0]
      const column = (j % outputWidth) * stride[1] + s * dilation[1] - padding[1]
      return row >= 0 && row < height && column >= 0 && column < width ? row * width + column : -1
    })
  })
}

/** Writes what each tap reads of a map of x to a row of `seen`: zeros in the padding, which are multiplied like others. */
function look(seen: Float64Array, x: Float64Array, map: number, { taps, mapSize }: Loops): void {
  taps.forEach((positions, tap) => {
    const row = tap * mapSize
    for (let j = 0; j < mapSize; j++) seen[row + j] = positions[j] < 0 ? 0 : x[map + positions[j]]
  })
}

/** `sums[j] += Σᵢ factors[i · step] · rows[i · sums.length + j]` for i < count. */
function addRows(
  sums: Float64Array,
  factors: Float64Array,
  step: number,
  rows: Float64Array,
  count: number,
): void {
  const length = sums.length
  let i = 0
  // Four rows at a time, because most of the time goes into reading and writing sums.
  for (; i + 3 < count; i += 4) {
    const [a, first] = [factors[i * step], i * length]
    const [b, second] = [factors[(i + 1) * step], first + length]
    const [c, third] = [factors[(i + 2) * step], second + length]
    const [d, fourth] = [factors[(i + 3) * step], third + length]
    for (let j = 0; j < length; j++) {
      sums[j] += a * rows[first + j] + b * rows[second + j] + c * rows[third + j] + d * rows[fourth + j]
    }
  }
  for (; i < count; i++) {
    const [a, row] = [factors[i * step], i * length]
    for (let j = 0; j < length; j++) sums[j] += a * rows[row + j]
  }
}

/** The output of a filter is the sum of what its taps see, times their weights. */
export const conv2d: Kernel<'conv2d'> = ([x, weight], { attributes, shape }) => {
  const loops = loopsOf(x.shape, weight.shape, shape, attributes)
  const { taps, filters, filterSize, mapSize } = loops
  const result = new Float64Array(sizeOf(shape))
  const seen = new Float64Array(taps.length * mapSize)
  loops.forEachMap((map, weights, output) => {
    look(seen, x.values, map, loops)
    for (let k = 0; k < filters; k++) {
      const sums = result.subarray(output + k * mapSize, output + (k + 1) * mapSize)
      addRows(sums, weight.values.subarray(weights + k * filterSize), 1, seen, taps.length)
    }
  })
  return result
}

/** What a tap sees has the sum of the filters' gradients, times its weights. */
export const conv2dInputGradient: Kernel<'conv2dInputGradient'> = (
  [gradient, weight],
  { attributes, shape },
) => {
  const loops = loopsOf(shape, weight.shape, gradient.shape, attributes)
  const { taps, filters, filterSize, mapSize } = loops
  const result = new Float64Array(sizeOf(shape))
  const sums = new Float64Array(mapSize)
  loops.forEachMap((map, weights, output) => {
    const slopes = gradient.values.subarray(output)
    taps.forEach((positions, tap) => {
      sums.fill(0)
      addRows(sums, weight.values.subarray(weights + tap), filterSize, slopes, filters)
      for (let j = 0; j < mapSize; j++) if (positions[j] >= 0) result[map + positions[j]] += sums[j]
    })
  })
  return result
}

/** A weight has the sum of its filter's gradient, times what its tap sees. */
export const conv2dWeightGradient: Kernel<'conv2dWeightGradient'> = (
  [x, gradient],
  { attributes, shape },
) => {
  const loops = loopsOf(x.shape, shape, gradient.shape, attributes)
  const { taps, filters, filterSize, mapSize } = loops
  const result = new Float64Array(sizeOf(shape))
  const seen = new Float64Array(taps.length * mapSize)
  loops.forEachMap((map, weights, output) => {
    look(seen, x.values, map, loops)
    for (let k = 0; k < filters; k++) {
      const slopes = output + k * mapSize
      for (let tap = 0; tap < taps.length; tap++) {
        let total = 0
        for (let j = 0; j < mapSize; j++) total += gradient.values[slopes + j] * seen[tap * mapSize + j]
        result[weights + k * filterSize + tap] += total
      }
    }
  })
  return result
}
