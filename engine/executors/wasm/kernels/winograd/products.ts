import type { Code } from '../../assembler/encoding.ts'
import type { FunctionBuilder, Local } from '../../assembler/module.ts'
import { bytesPerElement } from '../lanes.ts'
import { advance, at } from '../pointers.ts'
import { inEvenPieces, inPieces, type Shape2d, Tile, unrolled } from '../tile.ts'

/** A matrix in memory: rows of contiguous numbers, `rowBytes` apart. */
export interface Rows {
  readonly start: Code
  readonly rowBytes: number
}

/** [rows, depth] × [depth, columns] */
interface Product {
  readonly rows: number
  readonly depth: number
  readonly columns: number
}

interface Options {
  readonly largest: Shape2d
  readonly relaxedSimd: boolean
}

type Operands = readonly [left: Rows, right: Rows, into: Rows]

/** Emits `into = left · right`; `right` is packed as [blocks, depth, columns of a block]. */
export function storeProduct(
  builder: FunctionBuilder,
  product: Product,
  { largest, relaxedSimd }: Options,
  [left, right, into]: Operands,
): void {
  const shape = { rows: largest.rows, columns: right.rowBytes / bytesPerElement }
  inTiles(builder, product, shape, (firstRow, columnOffset, tileShape) => {
    const tile = new Tile(builder, tileShape, { relaxedSimd })
    const column = at(left.start, [firstRow, left.rowBytes])
    const row = at(right.start, [columnOffset, product.depth])
    sumProducts(builder, tile, product.depth, [column, left.rowBytes, bytesPerElement], [row, right.rowBytes])
    storeTile(builder, tile, into, firstRow, columnOffset, false)
  })
}

/** Emits `into = leftᵀ · right`, or `into += leftᵀ · right`. */
export function storeTransposedProduct(
  builder: FunctionBuilder,
  product: Product,
  { largest, relaxedSimd }: Options,
  [left, right, into]: Operands,
  { add }: { readonly add: boolean },
): void {
  inTiles(builder, product, largest, (firstRow, columnOffset, tileShape) => {
    const tile = new Tile(builder, tileShape, { relaxedSimd })
    const column = at(left.start, [firstRow, bytesPerElement])
    const row = at(right.start, [columnOffset, 1])
    sumProducts(builder, tile, product.depth, [column, bytesPerElement, left.rowBytes], [row, right.rowBytes])
    storeTile(builder, tile, into, firstRow, columnOffset, add)
  })
}

/** Emits `body` for each tile of the result: with its first row, the offset of its columns in bytes, and its shape. */
function inTiles(
  builder: FunctionBuilder,
  { rows, columns }: Product,
  largest: Shape2d,
  body: (firstRow: Local, columnOffset: Local, shape: Shape2d) => void,
): void {
  inPieces(builder, columns, largest.columns, bytesPerElement, (columnOffset, tileColumns) => {
    inEvenPieces(builder, rows, largest.rows, 1, (firstRow, tileRows) => {
      body(firstRow, columnOffset, { rows: tileRows, columns: tileColumns })
    })
  })
}

/** Emits the sums of a tile. Its rows are `rowBytes` apart in the left matrix, the terms of a sum `termBytes` in each. */
function sumProducts(
  builder: FunctionBuilder,
  tile: Tile,
  depth: number,
  [left, rowBytes, leftTermBytes]: readonly [Code, number, number],
  [right, rightTermBytes]: readonly [Code, number],
): void {
  const [column, row] = [builder.local('i32'), builder.local('i32')]
  tile.clear()
  builder.emit(column.set(left), row.set(right))
  unrolled(builder, depth, (iteration, iterations) => {
    const columnOffset = iteration * leftTermBytes
    tile.addProduct(column.get, (i) => i * rowBytes + columnOffset, row.get, iteration * rightTermBytes)
    if (iteration < iterations - 1) return
    builder.emit(advance(column, iterations * leftTermBytes), advance(row, iterations * rightTermBytes))
  })
}

function storeTile(
  builder: FunctionBuilder,
  tile: Tile,
  { start, rowBytes }: Rows,
  firstRow: Local,
  columnOffset: Local,
  add: boolean,
): void {
  const to = builder.local('i32')
  builder.emit(to.set(at(start, [firstRow, rowBytes], [columnOffset, 1])))
  tile.store(to.get, (i) => i * rowBytes, { add })
}
