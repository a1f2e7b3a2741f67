import type { Code } from '../../assembler/encoding.ts'
import type { FunctionBuilder } from '../../assembler/module.ts'
import { bytesPerElement } from '../lanes.ts'
import { advance, at } from '../pointers.ts'
import { inEvenPieces, inPieces, type Shape2d, Tile, unrolled } from '../tile.ts'

/** A matrix in memory: rows of contiguous numbers, `rowBytes` apart. */
export interface Rows {
  readonly start: Code
  readonly rowBytes: number
}

interface Product {
  readonly rows: number
  readonly depth: number
  readonly columns: number
}

interface Options {
  readonly largest: Shape2d
  readonly relaxedSimd: boolean
}

/** Emits `into = left · right`, [rows, depth] × [depth, columns]; `right` is packed as [blocks, depth, columns of a block]. */
export function storeProduct(
  builder: FunctionBuilder,
  { rows, depth, columns }: Product,
  { largest, relaxedSimd }: Options,
  [left, right, into]: readonly [Rows, Rows, Rows],
): void {
  const [column, row, to] = Array.from({ length: 3 }, () => builder.local('i32'))
  inPieces(
    builder,
    columns,
    right.rowBytes / bytesPerElement,
    bytesPerElement,
    (columnOffset, blockColumns) => {
      inEvenPieces(builder, rows, largest.rows, 1, (firstRow, tileRows) => {
        const tile = new Tile(builder, { rows: tileRows, columns: blockColumns }, { relaxedSimd })
        tile.clear()
        builder.emit(
          column.set(at(left.start, [firstRow, left.rowBytes])),
          row.set(at(right.start, [columnOffset, depth])),
        )
        unrolled(builder, depth, (iteration, iterations) => {
          const columnAt = iteration * bytesPerElement
          tile.addProduct(
            column.get,
            (i) => i * left.rowBytes + columnAt,
            row.get,
            iteration * right.rowBytes,
          )
          if (iteration < iterations - 1) return
          builder.emit(
            advance(column, iterations * bytesPerElement),
            advance(row, iterations * right.rowBytes),
          )
        })
        builder.emit(to.set(at(into.start, [firstRow, into.rowBytes], [columnOffset, 1])))
        tile.store(to.get, (i) => i * into.rowBytes)
      })
    },
  )
}
