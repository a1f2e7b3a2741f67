import type { View } from '../../../plan/view.ts'
import { type Shape, sizeOf } from '../../../shape.ts'
import { i32 } from '../assembler/instructions.ts'
import type { WasmCall } from './calls.ts'
import { beginKernel, type CallContext, forUnits, type KernelCode } from './kernelCode.ts'
import { bytesPerElement, laneCount, loadLanes, storeLanes } from './lanes.ts'
import { advance, at } from './pointers.ts'
import { inEvenPieces, onPiece, type Shape2d, Tile, unrolled } from './tile.ts'
import { TileTotals } from './tileTotals.ts'

/** The rows of a unit: enough to pay for packing a panel, few enough that many threads share a product. */
const bandRows = 96

/** Packing pays if at least this many rows of the output read the panel, and if the panel stays in the cache. */
const fewestRows = 24
const largestPanel = 1 << 16

/** Floats of one thread's packed panel of `b`, for matrices `a` of this shape; 0 if it is read as it is stored. */
export function panelFloats(a: Shape, { columns }: Shape2d): number {
  const [rows, depth] = a.slice(-2)
  const floats = depth * columns
  return rows >= fewestRows && floats <= largestPanel ? floats : 0
}

/**
 * Dense matrices [batch, M, K] × [batch, K, N].
 *
 *     for each matrix of the batch, band of rows, panel of the columns of a tile       (the units)
 *       panel = b[all k, columns], one row after the other       (the rows of b may compete for one set of the cache)
 *       for the rows of a tile
 *         for each k: tile += a[rows, k] ⊗ panel[k]              (in blocks, if there are many)
 */
export function matmulCode(
  { inputs: [a, b, ...scratch], output }: WasmCall<'matmul'>,
  { isFloat, modes: { relaxedSimd, tile: largest } }: CallContext,
): KernelCode {
  const [rows, depth] = a.shape.slice(-2)
  const columns = b.shape.at(-1)!
  const floats = panelFloats(a.shape, largest)
  const [panel, ofTotals] = floats > 0 ? scratch : [undefined, ...scratch]
  const [bands, panels] = [Math.ceil(rows / bandRows), Math.ceil(columns / largest.columns)]
  const units = sizeOf(a.shape.slice(0, -2)) * bands * panels
  const code = beginKernel([a, b, output, ...scratch], units)
  const { builder, pointerTo, thread } = code
  const locals = () => builder.local('i32')
  const [matrix, band, panelNumber, left, right, product] = Array.from({ length: 6 }, locals)
  const [column, row] = [locals(), locals()]
  const [depthBytes, rowBytes] = [depth * bytesPerElement, columns * bytesPerElement]
  const panelBytes = largest.columns * bytesPerElement
  const totals = new TileTotals(code, ofTotals, isFloat ? [depth] : [], largest)

  /** Copies `width` columns of b into the thread's panel. */
  const pack = (view: View, width: number) => {
    builder.emit(
      column.set(right.get),
      right.set(at(pointerTo(view).get, [thread, floats * bytesPerElement])),
      row.set(right.get),
    )
    builder.loop(depth, 1, () => {
      for (let first = 0; first < width; first += laneCount) {
        const lanes = Math.min(laneCount, width - first)
        const offset = first * bytesPerElement
        const vector = loadLanes(column.get, offset, bytesPerElement, lanes)
        builder.emit(storeLanes(row.get, offset, bytesPerElement, lanes, vector))
      }
      builder.emit(advance(column, rowBytes), advance(row, panelBytes))
    })
  }

  const multiply = (bandLength: number, width: number) => {
    const stride = panel === undefined ? rowBytes : panelBytes
    if (panel !== undefined) pack(panel, width)
    inEvenPieces(builder, bandLength, largest.rows, 1, (firstRow, tileRows) => {
      const tile = new Tile(builder, { rows: tileRows, columns: width }, { isFloat, relaxedSimd })
      totals.begin(tile)
      builder.emit(column.set(at(left.get, [firstRow, depthBytes])), row.set(right.get))
      totals.inBlocks(tile, 0, depth, (count) => {
        unrolled(builder, count, (iteration, iterations) => {
          const columnOffset = (i: number) => i * depthBytes + iteration * bytesPerElement
          tile.addProduct(column.get, columnOffset, row.get, iteration * stride)
          if (iteration < iterations - 1) return
          builder.emit(advance(column, iterations * bytesPerElement), advance(row, iterations * stride))
        })
      })
      totals.end(tile)
      builder.emit(row.set(at(product.get, [firstRow, rowBytes])))
      tile.store(row.get, (i) => i * rowBytes)
    })
  }

  forUnits(builder, (unit) => {
    builder.emit(
      panelNumber.set(i32.rem_u(unit.get, i32.const(panels))),
      band.set(i32.rem_u(i32.div_u(unit.get, i32.const(panels)), i32.const(bands))),
      matrix.set(i32.div_u(unit.get, i32.const(panels * bands))),
      left.set(at(pointerTo(a).get, [matrix, rows * depthBytes], [band, bandRows * depthBytes])),
      right.set(at(pointerTo(b).get, [matrix, depth * rowBytes], [panelNumber, panelBytes])),
      product.set(at(pointerTo(output).get, [matrix, rows * rowBytes], [band, bandRows * rowBytes])),
      product.set(at(product.get, [panelNumber, panelBytes])),
    )
    onPiece(builder, band, rows, bandRows, (bandLength) => {
      onPiece(builder, panelNumber, columns, largest.columns, (width) => multiply(bandLength, width))
    })
  })
  return code
}
