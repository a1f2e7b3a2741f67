import type { GpuCall } from '../calls.ts'
import { windowAxes } from '../window.ts'
import { inputRow, mostTaps, readPixels } from './convolution.ts'
import { endOfOwn, firstChannel, groupingOf, ownGroup } from './grouping.ts'
import { positionsOf, windowsOf } from './line.ts'
import { type Shader, ShaderWriter } from './shader.ts'
import { sumOf } from './statements.ts'
import { Tile } from './tile.ts'

/** The pixels whose products are added up before they are added to the total. */
const pixelsOfPiece = 256

/**
 * The lanes of a tile are the taps of a row of the kernel by neighbouring channels, and the columns are filters. A step adds
 * the products of four neighbouring pixels of the output with what they see. If each channel has a filter of its own, the lanes
 * are taps alone, and the columns are channels. Returns undefined for wide kernels.
 */
export function conv2dWeightGradientShader(
  call: GpuCall<'conv2dWeightGradient'>,
  values: readonly number[],
): Shader | undefined {
  const { inputs, output, attributes } = call
  const [x, gradient] = inputs
  const [parts, filters, depth, rowTaps, taps] = output.shape
  const [rows, columns] = windowAxes(attributes, [rowTaps, taps], x.shape.slice(2))
  const grouping = groupingOf(attributes.groups, filters, x.shape[1])
  if (taps > mostTaps) return undefined
  const { isDepthwise, areAligned, isRagged } = grouping
  const operands = [
    { view: x, axes: areAligned ? [1] : [] },
    { view: gradient, axes: isRagged ? [] : [1] },
  ]
  const writer = new ShaderWriter(values, operands, { view: output, axis: 1, isRagged })
  const channels = Math.min(depth, taps === 1 ? 8 : 4)
  const fours = Array.from({ length: Math.ceil(channels / 4) }, (_, four) => 4 * four)
  const threads = [parts, rowTaps, Math.ceil(depth / channels), grouping.fours]
  const [part, r, block, four] = writer.threadsOver(threads)
  const channel = writer.constant(`${block}*${channels}`)
  const filter = firstChannel(writer, grouping, four)
  const group = ownGroup(writer, grouping, filter)
  const firstOfMaps = isDepthwise ? filter : group.firstOfMaps
  const tile = new Tile(writer, taps * channels)
  const [images, , height, width] = gradient.shape
  writer.loop(images / parts, (index) => {
    const n = writer.constant(`${index}*${parts}+${part}`, 'n')
    tile.addPieces(height, Math.max(1, Math.floor(pixelsOfPiece / width)), (piece, start, size) => {
      writer.loop(size, (step) => {
        const i = sumOf(start, step)
        const row = inputRow(writer, rows, i, r)
        writer.pieces(width, 4, (j, pixels) => {
          const line = windowsOf(columns, pixels)
          const positions = positionsOf(writer, line, { first: j, last: width - pixels, length: x.shape[3] })
          const seen = fours.map((by) => {
            const at = [n, sumOf(firstOfMaps, channel, by), row.position]
            const width = isDepthwise ? 4 : Math.min(4, channels - by)
            return readPixels(writer, x, at, positions, width, row.inside)
          })
          const right = Array.from({ length: pixels }, (_, pixel) =>
            writer.constant(writer.vectorAt(gradient, 1, [n, filter, i, sumOf(j, pixel)])),
          )
          for (let lane = 0; lane < taps * channels; lane++) {
            const [s, c] = [Math.floor(lane / channels), lane % channels]
            const pixelsSeen = seen[Math.floor(c / 4)]
            const sights = line.sights.filter(({ tap }) => tap === s)
            piece.addProducts(
              lane,
              sights.map(({ seen }) => (isDepthwise ? pixelsSeen[seen] : `${pixelsSeen[seen]}[${c % 4}]`)),
              right,
            )
          }
        })
      })
    })
  })
  tile.store(
    (lane) => {
      const c = sumOf(channel, lane % channels)
      return {
        coordinates: [part, filter, c, r, String(Math.floor(lane / channels))],
        conditions: depth % channels === 0 ? [] : [`${c} < ${depth}`],
      }
    },
    endOfOwn(grouping, group),
  )
  return writer.finish()
}
