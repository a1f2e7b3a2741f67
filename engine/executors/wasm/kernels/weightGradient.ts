import type { View } from '../../../plan/view.ts'
import { type Shape, sizeOf } from '../../../shape.ts'
import type { Code } from '../assembler/encoding.ts'
import { i32, memory } from '../assembler/instructions.ts'
import type { Local } from '../assembler/module.ts'
import type { EngineModes } from '../modes.ts'
import type { WasmCall } from './calls.ts'
import { beginKernel, type CallContext, forUnits, type KernelCode } from './kernelCode.ts'
import { bytesPerElement } from './lanes.ts'
import { advance, at } from './pointers.ts'
import { firstOfEvenPiece, inPieces, onEvenPiece, Tile, unrolled } from './tile.ts'
import { TileTotals, tileTotalsFloats } from './tileTotals.ts'
import { bytesPerTotal, clearTotals, longestChain, moveIntoTotals, roundTotals } from './totals.ts'

/**
 * Weight gradient [R, S, K, C/groups] from padded maps [N, H, W, C] and gradient maps [N, H', W', K], which may be views
 * of larger values.
 *
 *     for each image                               (its maps stay in the second-level cache)
 *       for each tap r, s, group and some filters  (the units: a piece of the output)
 *         for the channels of a tile
 *           for each pixel: tile += g[pixel, filters] ⊗ x[pixel at (r, s), channels]
 *           output += tile                         (partial sums keep rounding errors small)
 *
 * Sums over the pixels of large maps, and over many images, run in blocks.
 */
export function weightGradientCode(
  { inputs: [maps, gradient, ...scratch], output, attributes }: WasmCall<'weightGradient'>,
  { modes: { relaxedSimd, tile: largest } }: CallContext,
): KernelCode {
  const { stride, dilation, groups } = attributes
  const [count] = maps.shape
  const [, filters, gradientHeight, gradientWidth] = gradient.shape
  const [, depth, ...kernel] = output.shape
  const perGroup = filters / groups
  const pieces = Math.ceil(perGroup / largest.rows)

  const [image, , line, pixel] = maps.strides.map((elements) => elements * bytesPerElement)
  const [gradientImage, , gradientLine, gradientPixel] = gradient.strides.map(
    (elements) => elements * bytesPerElement,
  )
  const filterBytes = depth * bytesPerElement

  const pixels = [gradientHeight, gradientWidth]
  const tileScratch = tileTotalsFloats(pixels, largest) > 0 ? scratch[0] : undefined
  const outputTotals = needsOutputTotals(count) ? scratch.at(-1) : undefined
  const units = kernel[0] * kernel[1] * groups * pieces
  const code = beginKernel([maps, gradient, output, ...scratch], units, { wholeShares: true })
  const { builder, pointerTo } = code
  const locals = () => builder.local('i32')
  const [tapRow, tapColumn, group, piece, firstFilter, number] = Array.from({ length: 6 }, locals)
  const [target, gradientStart, mapStart, column, row] = Array.from({ length: 5 }, locals)

  const tileTotals = new TileTotals(code, tileScratch, pixels, largest)

  /** Adds one image's part of this unit, `tileRows` filters, to `target`. */
  const sumFilters = (tileRows: number) => {
    inPieces(builder, depth, largest.columns, bytesPerElement, (channelOffset, tileColumns) => {
      const tile = new Tile(builder, { rows: tileRows, columns: tileColumns }, { relaxedSimd })
      tileTotals.begin(tile)
      builder.emit(column.set(gradientStart.get), row.set(at(mapStart.get, [channelOffset, 1])))
      tileTotals.inBlocks(tile, 0, gradientHeight, (lines) => {
        builder.loop(lines, 1, () => {
          tileTotals.inBlocks(tile, 1, gradientWidth, (pixels) => {
            unrolled(builder, pixels, (iteration, iterations) => {
              const [columnOffset, rowOffset] = [iteration * gradientPixel, iteration * stride[1] * pixel]
              tile.addProduct(column.get, (i) => i * bytesPerElement + columnOffset, row.get, rowOffset)
              if (iteration < iterations - 1) return
              builder.emit(
                advance(column, iterations * gradientPixel),
                advance(row, iterations * stride[1] * pixel),
              )
            })
          })
          builder.emit(
            advance(column, gradientLine - gradientWidth * gradientPixel),
            advance(row, stride[0] * line - gradientWidth * stride[1] * pixel),
          )
        })
      })
      tileTotals.end(tile)
      builder.emit(row.set(at(target.get, [channelOffset, 1])))
      tile.store(row.get, (i) => i * filterBytes, { add: true })
    })
  }

  /** Locates a unit's piece of the output. */
  const locate = (unit: Code) => {
    const [rest, tap] = [i32.div_u(unit, i32.const(pieces)), i32.div_u(unit, i32.const(pieces * groups))]
    builder.emit(
      piece.set(i32.rem_u(unit, i32.const(pieces))),
      firstFilter.set(firstOfEvenPiece(piece, perGroup, pieces)),
      group.set(i32.rem_u(rest, i32.const(groups))),
      tapColumn.set(i32.rem_u(tap, i32.const(kernel[1]))),
      tapRow.set(i32.div_u(tap, i32.const(kernel[1]))),
      target.set(
        at(
          pointerTo(output).get,
          [tapRow, kernel[1] * filters * filterBytes],
          [tapColumn, filters * filterBytes],
          [group, perGroup * filterBytes],
          [firstFilter, filterBytes],
        ),
      ),
    )
  }

  /** Emits code for each unit's piece of the output, which has so many filters. */
  const forPieces = (emit: (filters: number) => void) => {
    forUnits(builder, (unit) => {
      locate(unit.get)
      onEvenPiece(builder, piece, perGroup, pieces, emit)
    })
  }
  /** Returns the address of the totals of the piece at `target`. */
  const totalsIn = (view: View): Code => {
    const distance = { get: i32.sub(target.get, pointerTo(output).get) }
    return at(pointerTo(view).get, [distance, bytesPerTotal / bytesPerElement])
  }

  forPieces((filters) => {
    builder.emit(memory.fill(target.get, i32.const(0), i32.const(filters * filterBytes)))
    if (outputTotals) builder.emit(clearTotals(totalsIn(outputTotals), filters * depth))
  })
  const addImage = (number: Local) => {
    forUnits(builder, (unit) => {
      locate(unit.get)
      builder.emit(
        gradientStart.set(
          at(
            i32.add(pointerTo(gradient).get, i32.const(gradient.offset * bytesPerElement)),
            [number, gradientImage],
            [group, perGroup * bytesPerElement],
            [firstFilter, bytesPerElement],
          ),
        ),
        mapStart.set(
          at(
            i32.add(pointerTo(maps).get, i32.const(maps.offset * bytesPerElement)),
            [number, image],
            [tapRow, dilation[0] * line],
            [tapColumn, dilation[1] * pixel],
            [group, filterBytes],
          ),
        ),
      )
      onEvenPiece(builder, piece, perGroup, pieces, sumFilters)
    })
  }
  if (outputTotals === undefined) {
    builder.loop(count, 1, addImage)
    return code
  }
  inPieces(builder, count, longestChain, 1, (first, images) => {
    builder.loop(images, 1, (iteration) => {
      builder.emit(number.set(i32.add(first.get, iteration.get)))
      addImage(number)
    })
    forPieces((filters) => moveIntoTotals(builder, target.get, totalsIn(outputTotals), filters * depth))
  })
  forPieces((filters) => roundTotals(builder, totalsIn(outputTotals), target.get, filters * depth))
  return code
}

function needsOutputTotals(images: number): boolean {
  return images > longestChain
}

/** The sizes in floats of the scratch values for the gradient of weights [K, C/groups, R, S] from maps [N, K, H', W']. */
export function weightGradientScratch(
  { shape: [count, , height, width] }: View,
  weight: Shape,
  { threads, tile }: EngineModes,
): number[] {
  const floats = tileTotalsFloats([height, width], tile)
  const ofTiles = floats > 0 ? [threads * floats] : []
  const ofOutput = needsOutputTotals(count) ? [(sizeOf(weight) * bytesPerTotal) / bytesPerElement] : []
  return [...ofTiles, ...ofOutput]
}
