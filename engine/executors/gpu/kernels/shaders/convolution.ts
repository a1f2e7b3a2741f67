import { permuteView, type View } from '../../../../plan/view.ts'
import type { GpuCall } from '../calls.ts'
import { type WindowAxis, windowAxes } from '../window.ts'
import { endOfOwn, firstChannel, type Grouping, groupingOf, ownGroup, weightAt } from './grouping.ts'
import { type Line, type Position, positionsOf, readersOf, windowsOf } from './line.ts'
import { type Shader, ShaderWriter, zeros } from './shader.ts'
import { sumOf } from './statements.ts'
import { lanesAlong, Tile, termsOfPiece } from './tile.ts'

/** The most taps along a row, which are unrolled. */
export const mostTaps = 7

/** Weighted sums over maps: the result at a pixel depends on what it sees through the taps. */
interface Sums {
  readonly maps: View
  /** [channels of the result, channels of the maps, R, S], of which one counts the channels of its group alone. */
  readonly weight: View
  readonly grouping: Grouping
  readonly output: View
  readonly lanes: number
  readonly line: Line
  /** The row that a row of the result sees through a tap. */
  rowSeen(writer: ShaderWriter, row: string, tap: string): Position
  /** Whether what lies outside is zeros, which are multiplied, by infinity, too; otherwise it has no part in the sum. */
  readonly isPadded: boolean
}

/** Returns undefined for kernels wider than seven taps. */
export function conv2dShader(call: GpuCall<'conv2d'>, values: readonly number[]): Shader | undefined {
  const { inputs, output, attributes } = call
  const [maps, weight] = inputs
  const [rows, columns] = windowAxes(attributes, weight.shape.slice(2), maps.shape.slice(2))
  const grouping = groupingOf(attributes.groups, output.shape[1], maps.shape[1])
  if (columns.taps > mostTaps) return undefined
  const lanes = lanesAlong(output.shape[3])
  return sumsShader(values, {
    ...{ maps, weight, grouping, output, lanes, isPadded: true },
    line: windowsOf(columns, lanes),
    rowSeen: (writer, row, tap) => inputRow(writer, rows, row, tap),
  })
}

/**
 * The convolution's transpose: a pixel sees the outputs that it is seen by. Returns undefined for wide kernels and long
 * strides.
 */
export function conv2dInputGradientShader(
  call: GpuCall<'conv2dInputGradient'>,
  values: readonly number[],
): Shader | undefined {
  const { inputs, output, attributes } = call
  const [maps, weight] = inputs
  const [rows, columns] = windowAxes(attributes, weight.shape.slice(2), maps.shape.slice(2))
  const choices = [8, 6, 4, 3, 2, 1].filter((lanes) => lanes % columns.stride === 0)
  const grouping = groupingOf(attributes.groups, output.shape[1], maps.shape[1])
  if (columns.taps > mostTaps || choices.length === 0) return undefined
  const lanes = lanesAlong(output.shape[3], choices)
  return sumsShader(values, {
    ...{ maps, weight: permuteView(weight, [1, 0, 2, 3]), grouping, output, lanes, isPadded: false },
    line: readersOf(columns, lanes),
    rowSeen: (writer, row, tap) => outputRow(writer, rows, row, tap),
  })
}

/** The row of the input that a row of the output sees. */
export function inputRow(writer: ShaderWriter, rows: WindowAxis, row: string, tap: string): Position {
  const { stride, padding, dilation, length } = rows
  const position = writer.constant(`(${row})*${stride}+(${tap})*${dilation}-${padding}`, 'r')
  return { position, inside: padding === 0 ? [] : [`${position} >= 0`, `${position} < ${length}`] }
}

/** The row of the output that a row of the input is seen by. */
function outputRow(writer: ShaderWriter, rows: WindowAxis, row: string, tap: string): Position {
  const { stride, padding, dilation, length } = rows
  const strided = writer.constant(`(${row})+${padding}-(${tap})*${dilation}`, 'r')
  const position = writer.constant(`${strided}/${stride}`, 'r')
  return { position, inside: [`${strided} >= 0`, `${strided} % ${stride} == 0`, `${position} < ${length}`] }
}

/**
 * The lanes of a tile are neighbouring pixels of a row of the result. For each row of taps, a step reads four channels of the
 * pixels that the lanes see, each once.
 */
function sumsShader(values: readonly number[], sums: Sums): Shader {
  const { maps, weight, grouping, output, lanes, line, isPadded } = sums
  const { isDepthwise, isRagged, mapsPerGroup } = grouping
  const operands = [
    { view: maps, axes: grouping.areAligned ? [1] : [] },
    { view: weight, axes: isDepthwise ? [0, 1] : isRagged ? [] : [0] },
  ]
  const writer = new ShaderWriter(values, operands, { view: output, axis: 1, isRagged })
  const [images, channels, height, width] = output.shape
  const blocks = Math.ceil(width / lanes)
  const [n, y, block, four] = writer.threadsOver([images, height, blocks, grouping.fours])
  const channel = firstChannel(writer, grouping, four)
  const first = writer.constant(`${block}*${lanes}`)
  const [, , rowTaps, taps] = weight.shape
  const group = ownGroup(writer, grouping, channel)
  const pixels = positionsOf(writer, line, { first, last: (blocks - 1) * lanes, length: maps.shape[3] })
  const tile = new Tile(writer, lanes)
  const see = (at: readonly string[], width: number, row: Position) =>
    readPixels(writer, maps, at, pixels, width, isPadded ? row.inside : [])
  /** Adds the products of a tap, for each lane that sees something through it. */
  const addTap = (
    to: Tile,
    s: number,
    right: readonly string[],
    leftOf: (seen: number) => readonly string[],
  ) => {
    for (const { lane, seen } of line.sights.filter(({ tap }) => tap === s)) {
      writer.when(isPadded ? [] : pixels[seen].inside, () => to.addProducts(lane, leftOf(seen), right))
    }
  }
  writer.loop(rowTaps, (r) => {
    const row = sums.rowSeen(writer, y, r)
    writer.when(isPadded ? [] : row.inside, () => {
      if (isDepthwise) {
        // Each of four channels has its own filter: one product of vectors.
        const seen = see([n, channel, row.position], 4, row)
        for (let s = 0; s < taps; s++) {
          const [axis, at] = weight.shape[0] === 1 ? [1, ['0', channel]] : [0, [channel, '0']]
          const right = writer.constant(writer.vectorAt(weight, axis, [...at, r, String(s)]))
          addTap(tile, s, [right], (position) => [seen[position]])
        }
        return
      }
      tile.addPieces(mapsPerGroup, termsOfPiece, (piece, start, size) => {
        writer.pieces(size, 4, (step, terms) => {
          const c = sumOf(start, step)
          const seen = see([n, sumOf(group.firstOfMaps, c), row.position], terms, row)
          for (let s = 0; s < taps; s++) {
            const right = Array.from({ length: terms }, (_, term) => {
              const at = weightAt(group, weight.shape, channels, channel, sumOf(c, term))
              return writer.constant(writer.vectorAt(weight, 0, [...at, r, String(s)]))
            })
            addTap(piece, s, right, (position) => right.map((_, term) => `${seen[position]}[${term}]`))
          }
        })
      })
    })
  })
  tile.store(
    (lane) => {
      const column = sumOf(first, lane)
      const conditions = width % lanes === 0 ? [] : [`${column} < ${width}`]
      return { coordinates: [n, channel, y, column], conditions }
    },
    endOfOwn(grouping, group),
  )
  return writer.finish()
}

/** Reads channels of pixels of a row, or zeros of those outside, or of all under other conditions. */
export function readPixels(
  writer: ShaderWriter,
  maps: View,
  [n, c, row]: readonly string[],
  pixels: readonly Position[],
  width: number,
  conditions: readonly string[],
): string[] {
  const names = pixels.map(() => writer.name('v'))
  for (const name of names) writer.write(`var ${name} = ${zeros};`)
  writer.when(conditions, () => {
    pixels.forEach(({ position, inside }, i) => {
      writer.when(inside, () => {
        writer.write(`${names[i]} = ${writer.vectorAt(maps, 1, [n, c, row, position], width)};`)
      })
    })
  })
  return names
}
