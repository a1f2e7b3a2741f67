import { sizeOf } from '../../../shape.ts'
import type { WasmCall } from './calls.ts'
import { beginKernel, type CallContext, forUnits, type KernelCode } from './kernelCode.ts'
import { bytesPerElement } from './lanes.ts'
import { advance, at } from './pointers.ts'
import { inPieces, Tile } from './tile.ts'
import { TileTotals } from './tileTotals.ts'

/**
 * Dense matrices [batch, M, K] × [batch, K, N].
 *
 *     for each matrix of the batch               (the units)
 *       for the rows of a tile         ┐ one tile of the output,
 *         for the columns of a tile    ┘ held in registers
 *           for each k: tile += a[rows, k] ⊗ b[k, columns]     (in blocks, if there are many)
 */
export function matmulCode(
  { inputs: [a, b, scratch], output }: WasmCall<'matmul'>,
  { isFloat, modes: { relaxedSimd, tile: largest } }: CallContext,
): KernelCode {
  const [rows, depth] = a.shape.slice(-2)
  const columns = b.shape.at(-1)!
  const code = beginKernel([a, b, output, ...(scratch ? [scratch] : [])], sizeOf(a.shape.slice(0, -2)))
  const { builder, pointerTo } = code
  const [column, row] = [builder.local('i32'), builder.local('i32')]
  const rowBytes = columns * bytesPerElement
  const totals = new TileTotals(code, scratch, isFloat ? [depth] : [], largest)
  forUnits(builder, (matrix) => {
    inPieces(builder, rows, largest.rows, 1, (firstRow, tileRows) => {
      inPieces(builder, columns, largest.columns, bytesPerElement, (columnOffset, tileColumns) => {
        const tile = new Tile(builder, { rows: tileRows, columns: tileColumns }, { isFloat, relaxedSimd })
        totals.begin(tile)
        const left = at(pointerTo(a).get, [matrix, rows * depth * bytesPerElement])
        const right = at(pointerTo(b).get, [matrix, depth * rowBytes], [columnOffset, 1])
        builder.emit(column.set(at(left, [firstRow, depth * bytesPerElement])), row.set(right))
        totals.inBlocks(tile, 0, depth, (iterations) => {
          builder.loop(iterations, 1, () => {
            tile.addProduct(column.get, (i) => i * depth * bytesPerElement, row.get)
            builder.emit(advance(column, bytesPerElement), advance(row, rowBytes))
          })
        })
        totals.end(tile)
        const product = at(pointerTo(output).get, [matrix, rows * rowBytes], [columnOffset, 1])
        builder.emit(row.set(at(product, [firstRow, rowBytes])))
        tile.store(row.get, (i) => i * rowBytes)
      })
    })
  })
  return code
}
