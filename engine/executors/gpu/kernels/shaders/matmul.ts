import type { GpuCall } from '../calls.ts'
import { readElements, readVectors } from './block.ts'
import { type Shader, ShaderWriter } from './shader.ts'
import { sumOf } from './statements.ts'
import { lanesAlong, Tile, termsOfPiece } from './tile.ts'

/** The lanes of a tile are rows. Either factor may be transposed in memory. */
export function matmulShader(
  { inputs: [a, b], output }: GpuCall<'matmul'>,
  values: readonly number[],
): Shader {
  const rank = output.shape.length
  const [across, along] = [rank - 2, rank - 1]
  const [rows, columns] = output.shape.slice(-2)
  const axes = [along, across]
  const operands = [
    { view: a, axes },
    { view: b, axes },
  ]
  const writer = new ShaderWriter(values, operands, { view: output, axis: along })
  const lanes = lanesAlong(rows)
  const at = writer.threadsOver([
    ...output.shape.slice(0, -2),
    Math.ceil(rows / lanes),
    Math.ceil(columns / 4),
  ])
  const batch = at.slice(0, -2)
  const i = writer.constant(`${at[across]}*${lanes}`)
  const j = writer.constant(`${at[along]}*4`)
  const tile = new Tile(writer, lanes)
  tile.addPieces(a.shape[along], termsOfPiece, (piece, start, size) => {
    writer.pieces(size, 4, (step, terms) => {
      const k = sumOf(start, step)
      const ofA = { view: a, along, across, coordinates: [...batch, i, k], count: lanes, width: terms }
      const ofB = { view: b, along, across, coordinates: [...batch, k, j], count: terms, width: 4 }
      const left = readElements(writer, ofA)
      const right = readVectors(writer, ofB)
      for (const [lane, factors] of left.entries()) piece.addProducts(lane, factors, right)
    })
  })
  tile.store((lane) => {
    const row = sumOf(i, lane)
    return { coordinates: [...batch, row, j], conditions: rows % lanes === 0 ? [] : [`${row} < ${rows}`] }
  })
  return writer.finish()
}
