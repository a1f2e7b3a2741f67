import type { CallKernel } from '../../../plan/kernels.ts'
import type { Code } from '../assembler/encoding.ts'
import { control, i32, memory } from '../assembler/instructions.ts'
import { beginKernel, type CallContext, forUnits, type KernelCode } from './kernelCode.ts'
import { bytesPerElement } from './lanes.ts'
import { advance, at } from './pointers.ts'
import { inPieces, Tile, unrolled } from './tile.ts'

interface Attributes {
  readonly stride: readonly [number, number]
  readonly dilation: readonly [number, number]
  readonly groups: number
}

/**
 * Weight gradient [R, S, K, C/groups] from padded maps [N, H, W, C] and gradient maps [N, H', W', K],
 * which may be parts of larger ones.
 *
 *     for each image                               (its maps stay in the second-level cache)
 *       for each tap r, s, group and some filters  (the units of threads: a piece of the output)
 *         for the channels of a tile
 *           for each pixel: tile += g[pixel, filters] ⊗ x[pixel at (r, s), channels]
 *           output += tile                         (sums of sums keep rounding errors small)
 */
export function weightGradientCode(
  { inputs: [maps, gradient], output, attributes }: CallKernel,
  { modes: { relaxedSimd, tile: largest } }: CallContext,
): KernelCode {
  const { stride, dilation, groups } = attributes as unknown as Attributes
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

  const code = beginKernel([maps, gradient, output], kernel[0] * kernel[1] * groups * pieces)
  const { builder, pointerTo } = code
  const [tapRow, tapColumn, group, piece] = Array.from({ length: 4 }, () => builder.local('i32'))
  const [target, gradientStart, mapStart, column, row] = Array.from({ length: 5 }, () => builder.local('i32'))

  /** Adds one image's part of this unit, so many filters wide, to `target`. */
  const sumFilters = (tileRows: number) => {
    inPieces(builder, depth, largest.columns, bytesPerElement, (channelOffset, tileColumns) => {
      const tile = new Tile(builder, { rows: tileRows, columns: tileColumns }, { relaxedSimd })
      tile.clear()
      builder.emit(column.set(gradientStart.get), row.set(at(mapStart.get, [channelOffset, 1])))
      builder.loop(gradientHeight, 1, () => {
        unrolled(builder, gradientWidth, (turn, turns) => {
          const [columnOffset, rowOffset] = [turn * gradientPixel, turn * stride[1] * pixel]
          tile.addProduct(column.get, (i) => i * bytesPerElement + columnOffset, row.get, rowOffset)
          if (turn < turns - 1) return
          builder.emit(advance(column, turns * gradientPixel), advance(row, turns * stride[1] * pixel))
        })
        builder.emit(
          advance(column, gradientLine - gradientWidth * gradientPixel),
          advance(row, stride[0] * line - gradientWidth * stride[1] * pixel),
        )
      })
      builder.emit(row.set(at(target.get, [channelOffset, 1])))
      tile.store(row.get, (i) => i * filterBytes, { add: true })
    })
  }

  /** Where a unit's piece of the output starts, and how wide it is: the last piece of a group may be narrower. */
  const locate = (unit: Code) => {
    const [rest, tap] = [i32.div_u(unit, i32.const(pieces)), i32.div_u(unit, i32.const(pieces * groups))]
    builder.emit(
      piece.set(i32.rem_u(unit, i32.const(pieces))),
      group.set(i32.rem_u(rest, i32.const(groups))),
      tapColumn.set(i32.rem_u(tap, i32.const(kernel[1]))),
      tapRow.set(i32.div_u(tap, i32.const(kernel[1]))),
      target.set(
        at(
          pointerTo(output).get,
          [tapRow, kernel[1] * filters * filterBytes],
          [tapColumn, filters * filterBytes],
          [group, perGroup * filterBytes],
          [piece, largest.rows * filterBytes],
        ),
      ),
    )
  }
  const lastRows = perGroup - (pieces - 1) * largest.rows
  const byWidth = (full: Code, last: Code): Code =>
    lastRows === largest.rows ? full : control.if(i32.eq(piece.get, i32.const(pieces - 1)), last, full)

  forUnits(builder, (unit) => {
    locate(unit.get)
    const clear = (rows: number) => memory.fill(target.get, i32.const(0), i32.const(rows * filterBytes))
    builder.emit(byWidth(clear(largest.rows), clear(lastRows)))
  })
  builder.loop(count, 1, (number) => {
    forUnits(builder, (unit) => {
      locate(unit.get)
      builder.emit(
        gradientStart.set(
          at(
            i32.add(pointerTo(gradient).get, i32.const(gradient.offset * bytesPerElement)),
            [number, gradientImage],
            [group, perGroup * bytesPerElement],
            [piece, largest.rows * bytesPerElement],
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
      const full = builder.block(() => sumFilters(largest.rows))
      const last = lastRows === largest.rows ? [] : builder.block(() => sumFilters(lastRows))
      builder.emit(byWidth(full, last))
    })
  })
  return code
}
