import type { CallKernel } from '../../../plan/kernels.ts'
import { sizeOf } from '../../../shape.ts'
import { i32 } from '../assembler/instructions.ts'
import { beginKernel, type KernelCode } from './kernelCode.ts'
import { bytesPerElement } from './lanes.ts'
import { inPieces, Tile, tileColumns, tileRows } from './tile.ts'

/**
 * Dense matrices [batch, M, K] × [batch, K, N].
 *
 *     for each matrix of the batch
 *       for 6 rows of a            ┐ one tile of the output,
 *         for 8 columns of b       ┘ held in registers
 *           for each k: tile += a[rows, k] ⊗ b[k, columns]
 */
export function matmulCode({ inputs: [a, b], output }: CallKernel, isFloat: boolean): KernelCode {
  const [rows, depth] = a.shape.slice(-2)
  const columns = b.shape.at(-1)!
  const { builder, values, pointerTo } = beginKernel([a, b, output])
  const [left, right, out, column, row] = Array.from({ length: 5 }, () => builder.local('i32'))
  builder.emit(left.set(pointerTo(a).get), right.set(pointerTo(b).get), out.set(pointerTo(output).get))
  builder.loop(sizeOf(a.shape.slice(0, -2)), 1, () => {
    inPieces(builder, rows, tileRows, 1, (firstRow, tileHeight) => {
      inPieces(builder, columns, tileColumns, bytesPerElement, (columnOffset, tileWidth) => {
        const tile = new Tile(builder, tileHeight, tileWidth, isFloat)
        tile.clear()
        builder.emit(
          column.set(i32.add(left.get, i32.mul(firstRow.get, i32.const(depth * bytesPerElement)))),
          row.set(i32.add(right.get, columnOffset.get)),
        )
        builder.loop(depth, 1, () => {
          tile.addProduct(column.get, (i) => i * depth * bytesPerElement, row.get)
          builder.emit(
            column.set(i32.add(column.get, i32.const(bytesPerElement))),
            row.set(i32.add(row.get, i32.const(columns * bytesPerElement))),
          )
        })
        const rowStart = i32.mul(firstRow.get, i32.const(columns * bytesPerElement))
        builder.emit(row.set(i32.add(i32.add(out.get, rowStart), columnOffset.get)))
        tile.store(row.get, (i) => i * columns * bytesPerElement)
      })
    })
    builder.emit(
      left.set(i32.add(left.get, i32.const(rows * depth * bytesPerElement))),
      right.set(i32.add(right.get, i32.const(depth * columns * bytesPerElement))),
      out.set(i32.add(out.get, i32.const(rows * columns * bytesPerElement))),
    )
  })
  return { builder, values }
}
