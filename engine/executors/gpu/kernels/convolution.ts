import type { GpuCall } from './calls.ts'
import { elementOf, widthAlong } from './elements.ts'
import { resultSums, termsOf } from './sums.ts'
import { elementOrZero, tapInput, windowAxes, withReader } from './window.ts'
import type { KernelSource, KernelWriter, Target } from './writer.ts'

/**
 * The three convolutions. A thread sums up to four neighbouring channels of one pixel (or filters of one tap) in
 * registers: each element that it reads is multiplied by four adjacent weights.
 *
 *     for each tap
 *       for each channel of the group
 *         v = maps[…], or the zero of the padding;  s0 += v·w[k]  s1 += v·w[k+1]  s2 += v·w[k+2]  s3 += v·w[k+3]
 */

/** Maps [N, C, H, W] and weights [K, C/groups, R, S] to [N, K, H', W']. */
export function conv2dSource(call: GpuCall<'conv2d'>, target: Target): KernelSource {
  const { inputs, output } = call
  const [x, weight] = inputs
  const geometry = call.attributes
  const [filters, depth, ...taps] = weight.shape
  const perGroup = filters / geometry.groups
  const [rows, columns] = windowAxes(geometry, taps, x.shape.slice(2))
  const width = widthAlong(output, 1, perGroup, target)
  return resultSums(call, target, width, (writer, all, [n, k, i, j]) => {
    const channel = channelOf(writer, k, perGroup, depth)
    const ofTap = termsOf(depth, 1)
    all.addLoop(rows.taps, termsOf(columns.taps, ofTap), (ofRows, r) => {
      const row = tapInput(writer, rows, i, r)
      ofRows.addLoop(columns.taps, ofTap, (ofColumns, s) => {
        const column = tapInput(writer, columns, j, s)
        ofColumns.addLoop(depth, 1, (sums, c) => {
          const position = [n, sumOf(channel, c), row.position, column.position]
          const seen = elementOrZero(writer, [row, column], elementOf(writer, x, position))
          sums.addProduct(seen, (lane) => elementOf(writer, weight, [sumOf(k, String(lane)), c, r, s]))
        })
      })
    })
  })
}

/** Gradients [N, K, H', W'] and weights [K, C/groups, R, S] to [N, C, H, W]: each pixel sums over the outputs that read it. */
export function conv2dInputGradientSource(
  call: GpuCall<'conv2dInputGradient'>,
  target: Target,
): KernelSource {
  const { inputs, output } = call
  const [gradient, weight] = inputs
  const geometry = call.attributes
  const [filters, depth, ...taps] = weight.shape
  const perGroup = filters / geometry.groups
  const [rows, columns] = windowAxes(geometry, taps, gradient.shape.slice(2))
  const width = widthAlong(output, 1, depth, target)
  return resultSums(call, target, width, (writer, all, [n, channel, y, z]) => {
    const filter = channelOf(writer, channel, depth, perGroup)
    const c = remainderOf(writer, channel, depth, geometry.groups)
    const ofTap = termsOf(perGroup, 1)
    all.addLoop(rows.taps, termsOf(columns.taps, ofTap), (ofRows, r) => {
      withReader(writer, rows, y, r, (i) => {
        ofRows.addLoop(columns.taps, ofTap, (ofColumns, s) => {
          withReader(writer, columns, z, s, (j) => {
            ofColumns.addLoop(perGroup, 1, (sums, k) => {
              const seen = writer.constant(elementOf(writer, gradient, [n, sumOf(filter, k), i, j]))
              sums.addProduct(seen, (lane) =>
                elementOf(writer, weight, [sumOf(filter, k), sumOf(c, String(lane)), r, s]),
              )
            })
          })
        })
      })
    })
  })
}

/**
 * Maps [N, C, H, W] and gradients [N, K, H', W'] to [P, K, C/groups, R, S]: partial sums, each over every P-th
 * image, so that there are enough threads.
 */
export function conv2dWeightGradientSource(
  call: GpuCall<'conv2dWeightGradient'>,
  target: Target,
): KernelSource {
  const { inputs, output } = call
  const [x, gradient] = inputs
  const geometry = call.attributes
  const [parts, filters, depth, ...taps] = output.shape
  const perGroup = filters / geometry.groups
  const [rows, columns] = windowAxes(geometry, taps, x.shape.slice(2))
  const width = widthAlong(output, 1, perGroup, target)
  return resultSums(call, target, width, (writer, all, [part, k, c, r, s]) => {
    const [images, lines, lineLength] = [x.shape[0] / parts, gradient.shape[2], gradient.shape[3]]
    const channel = sumOf(channelOf(writer, k, perGroup, depth), c)
    const ofLine = termsOf(lineLength, 1)
    all.addLoop(images, termsOf(lines, ofLine), (ofImages, index) => {
      const n = imageOf(writer, index, part, parts)
      ofImages.addLoop(lines, ofLine, (ofLines, i) => {
        const row = tapInput(writer, rows, i, r)
        ofLines.addLoop(lineLength, 1, (sums, j) => {
          const column = tapInput(writer, columns, j, s)
          const position = [n, channel, row.position, column.position]
          const seen = elementOrZero(writer, [row, column], elementOf(writer, x, position))
          sums.addProduct(seen, (lane) => elementOf(writer, gradient, [n, sumOf(k, String(lane)), i, j]))
        })
      })
    })
  })
}

function imageOf(writer: KernelWriter, index: string, part: string, parts: number): string {
  return parts === 1 ? index : writer.constant(sumOf(`${index}*${parts}`, part), 'n')
}

/** Returns the first channel, on the other side of the convolution, of the group that a channel belongs to. */
function channelOf(writer: KernelWriter, channel: string, perGroup: number, otherPerGroup: number): string {
  if (channel === '0') return '0'
  return writer.constant(`Math.floor((${channel}+0.5)/${perGroup})*${otherPerGroup}`, 'g')
}

/** Returns a channel's number within its group. */
function remainderOf(writer: KernelWriter, channel: string, perGroup: number, groups: number): string {
  if (groups === 1) return channel
  return writer.constant(`${channel}-Math.floor((${channel}+0.5)/${perGroup})*${perGroup}`, 'c')
}

function sumOf(a: string, b: string): string {
  if (a === '0') return b
  return b === '0' ? a : `${a}+${b}`
}
