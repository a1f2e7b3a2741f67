import { permuteView, type View } from '../../../../plan/view.ts'
import type { GpuCall } from '../calls.ts'
import { type WindowAxis, windowAxes } from '../window.ts'
import { type Line, type Position, positionsOf, readersOf, windowsOf } from './line.ts'
import { type Shader, ShaderWriter, sumOf, zeros } from './shader.ts'
import { lanesAlong, Tile, termsOfPiece } from './tile.ts'

/** The most taps along a row, which are unrolled. */
export const mostTaps = 7

/** Weighted sums over maps: the result at a pixel depends on what it sees through the taps. */
interface Sums {
  readonly maps: View
  /** [channels of the result, channels of the maps, R, S] */
  readonly weight: View
  readonly output: View
  readonly lanes: number
  readonly line: Line
  /** The row that a row of the result sees through a tap. */
  rowSeen(writer: ShaderWriter, row: string, tap: string): Position
  /** Whether what lies outside is zeros, which are multiplied, by infinity, too; otherwise it has no part in the sum. */
  readonly isPadded: boolean
}

/** Returns undefined for groups and wide kernels. */
export function conv2dShader(call: GpuCall<'conv2d'>, values: readonly number[]): Shader | undefined {
  const { inputs, output, attributes } = call
  const [maps, weight] = inputs
  const [rows, columns] = windowAxes(attributes, weight.shape.slice(2), maps.shape.slice(2))
  if (attributes.groups !== 1 || columns.taps > mostTaps) return undefined
  const lanes = lanesAlong(output.shape[3])
  return sumsShader(values, {
    ...{ maps, weight, output, lanes, isPadded: true },
    line: windowsOf(columns, lanes),
    rowSeen: (writer, row, tap) => inputRow(writer, rows, row, tap),
  })
}

/**
 * The convolution's transpose: a pixel sees the outputs that it is seen by. Returns undefined for groups, wide kernels and
 * long strides.
 */
export function conv2dInputGradientShader(
  call: GpuCall<'conv2dInputGradient'>,
  values: readonly number[],
): Shader | undefined {
  const { inputs, output, attributes } = call
  const [maps, weight] = inputs
  const [rows, columns] = windowAxes(attributes, weight.shape.slice(2), maps.shape.slice(2))
  const choices = [8, 6, 4, 3, 2, 1].filter((lanes) => lanes % columns.stride === 0)
  if (attributes.groups !== 1 || columns.taps > mostTaps || choices.length === 0) return undefined
  const lanes = lanesAlong(output.shape[3], choices)
  return sumsShader(values, {
    ...{ maps, weight: permuteView(weight, [1, 0, 2, 3]), output, lanes, isPadded: false },
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
  const { maps, weight, output, lanes, line, isPadded } = sums
  const operands = [
    { view: maps, axes: [1] },
    { view: weight, axes: [0] },
  ]
  const writer = new ShaderWriter(values, operands, { view: output, axis: 1 })
  const [images, channels, height, width] = output.shape
  const blocks = Math.ceil(width / lanes)
  const [n, y, block, four] = writer.threadsOver([images, height, blocks, Math.ceil(channels / 4)])
  const channel = writer.constant(`${four}*4`)
  const first = writer.constant(`${block}*${lanes}`)
  const [, depth, rowTaps, taps] = weight.shape
  const pixels = positionsOf(writer, line, { first, last: (blocks - 1) * lanes, length: maps.shape[3] })
  const tile = new Tile(writer, lanes)
  writer.loop(rowTaps, (r) => {
    const row = sums.rowSeen(writer, y, r)
    writer.when(isPadded ? [] : row.inside, () => {
      tile.addPieces(depth, termsOfPiece, (piece, start, size) => {
        writer.pieces(size, 4, (step, terms) => {
          const c = sumOf(start, step)
          const seen = readPixels(
            writer,
            maps,
            [n, c, row.position],
            pixels,
            terms,
            isPadded ? row.inside : [],
          )
          for (let s = 0; s < taps; s++) {
            const right = Array.from({ length: terms }, (_, term) =>
              writer.constant(writer.vectorAt(weight, 0, [channel, sumOf(c, term), r, String(s)])),
            )
            for (const sight of line.sights.filter(({ tap }) => tap === s)) {
              const left = right.map((_, term) => `${seen[sight.seen]}[${term}]`)
              writer.when(isPadded ? [] : pixels[sight.seen].inside, () => {
                piece.addProducts(sight.lane, left, right)
              })
            }
          }
        })
      })
    })
  })
  tile.store((lane) => {
    const column = sumOf(first, lane)
    const conditions = width % lanes === 0 ? [] : [`${column} < ${width}`]
    return { coordinates: [n, channel, y, column], conditions }
  })
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
