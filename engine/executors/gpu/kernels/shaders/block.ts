import type { View } from '../../../../plan/view.ts'
import type { ShaderWriter } from './shader.ts'
import { sumOf } from './statements.ts'

/** A block of a matrix: `count` lines across one axis, of `width` neighbours along another. */
export interface Block {
  readonly view: View
  readonly along: number
  readonly across: number
  /** Those of its first element. */
  readonly coordinates: readonly string[]
  readonly count: number
  readonly width: number
}

/** Reads a block, and returns the expressions of the elements of each line. */
export function readElements(writer: ShaderWriter, block: Block): string[][] {
  const places = Array.from({ length: block.width }, (_, place) => place)
  if (!isCrosswise(writer, block)) {
    return readLines(writer, block).map((line) => places.map((place) => `${line}[${place}]`))
  }
  const fours = readCrosswise(writer, block)
  return Array.from({ length: block.count }, (_, line) =>
    places.map((place) => `${fours[Math.floor(line / 4)][place]}[${line % 4}]`),
  )
}

/** Reads a block of width 4, and returns its lines as vectors. */
export function readVectors(writer: ShaderWriter, block: Block): string[] {
  if (!isCrosswise(writer, block)) return readLines(writer, block)
  return readElements(writer, block).map((line) => writer.constant(`vec4f(${line.join()})`))
}

/** Whether memory is contiguous across the block's lines, not along them: then it is read so, and transposed in registers. */
function isCrosswise(writer: ShaderWriter, { view, along, across }: Block): boolean {
  return !writer.readsVectors(view, along) && writer.readsVectors(view, across)
}

function readLines(
  writer: ShaderWriter,
  { view, along, across, coordinates, count, width }: Block,
): string[] {
  return Array.from({ length: count }, (_, line) => {
    const at = coordinates.with(across, sumOf(coordinates[across], line))
    return writer.constant(writer.vectorAt(view, along, at, width))
  })
}

/** Reads four lines at a time: for each of their places, a vector across them. */
function readCrosswise(writer: ShaderWriter, block: Block): string[][] {
  const { along, across, coordinates, count, width } = block
  return Array.from({ length: Math.ceil(count / 4) }, (_, four) =>
    readLines(writer, {
      ...block,
      along: across,
      across: along,
      coordinates: coordinates.with(across, sumOf(coordinates[across], 4 * four)),
      count: width,
      width: 4,
    }),
  )
}
