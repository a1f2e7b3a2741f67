import type { View } from '../../../plan/view.ts'
import { sizeOf } from '../../../shape.ts'
import { control, i32 } from '../assembler/instructions.ts'
import type { Local } from '../assembler/module.ts'
import type { WasmCall, WasmCalls } from './calls.ts'
import { EpilogueWriter, epilogueViews } from './epilogue.ts'
import { findNonFinite, type Inside, liesInside } from './inside.ts'
import { beginKernel, type CallContext, forUnits, type KernelCode } from './kernelCode.ts'
import { bytesPerElement } from './lanes.ts'
import { addressIn, advance, at } from './pointers.ts'
import { inEvenPieces, inPieces, Tile, unrolled } from './tile.ts'
import { TileTotals } from './tileTotals.ts'

/**
 * Convolution of padded maps [N, H, W, C] with packed filters [groups, blocks, R, S, C/groups, filters side by side].
 * Maps and output may be views of larger values; their channels are contiguous.
 *
 *     for each group, image, band of its rows        (images, or bands if there are few images, are the units)
 *       for each block of filters                    (its weights stay in the first-level cache)
 *         for each output row
 *           for some pixels of it                    ┐ one tile of the output,
 *             for each tap r, s and channel c        ┘ held in registers
 *               tile += x[pixels at (r, s), c] ⊗ w[r, s, c, the block]
 *
 * Without dilation and groups, a row of a filter is one run of S·C floats. If `inside` is given and a filter is not finite,
 * each pixel outside is skipped.
 */
export function convolveCode(
  kernel: WasmCall<'convolve'>,
  { modes: { relaxedSimd, threads, tile: largest } }: CallContext,
): KernelCode {
  const {
    inputs: [maps, packed, scratch],
    output,
    attributes,
  } = kernel
  const { stride, dilation, window, filters, inside } = attributes
  const [count, , height, width] = output.shape
  const bands = bandsFor(count, height, threads)
  const rows = height / bands
  const [groups, blocks, , , depth, blockColumns] = packed.shape
  const [, , mapLine, pixel] = maps.strides.map((elements) => elements * bytesPerElement)
  const loops = loopsOf(maps, attributes, depth)
  const [, taps, run] = loops
  const pixelStep = stride[1] * pixel
  const blockRow = blockColumns * bytesPerElement
  const blockBytes = window[0] * window[1] * depth * blockRow

  const views = [maps, packed, ...epilogueViews(kernel), ...(scratch ? [scratch] : [])]
  const code = beginKernel(views, count * bands)
  const { builder, pointerTo } = code
  const epilogue = new EpilogueWriter(builder, kernel)
  const totals = new TileTotals(code, scratch, loops, largest)
  const [image, firstRow, mapRow, column, lane] = Array.from({ length: 5 }, () => builder.local('i32'))

  const sumOneTile = (tile: Tile) => {
    const nested = (depth: number, iterations: (count: number) => void) =>
      totals.inBlocks(tile, depth, loops[depth], iterations)
    const sumRun = () =>
      nested(2, (length) => {
        unrolled(builder, length, (iteration, iterations) => {
          const [columnOffset, laneOffset] = [iteration * bytesPerElement, iteration * blockRow]
          tile.addProduct(column.get, (i) => i * pixelStep + columnOffset, lane.get, laneOffset)
          if (iteration < iterations - 1) return
          builder.emit(advance(column, iterations * bytesPerElement), advance(lane, iterations * blockRow))
        })
      })
    const sumRow = () =>
      nested(1, (count) => {
        builder.loop(count, 1, () => {
          sumRun()
          builder.emit(advance(column, taps === 1 ? 0 : dilation[1] * pixel - run * bytesPerElement))
        })
      })
    totals.begin(tile)
    nested(0, (count) => {
      builder.loop(count, 1, () => {
        sumRow()
        const walked = taps === 1 ? run * bytesPerElement : taps * dilation[1] * pixel
        builder.emit(advance(column, dilation[0] * mapLine - walked))
      })
    })
    totals.end(tile)
  }

  /** The same for one pixel, over the taps that fall inside only. */
  const sumInside = (tile: Tile, inside: Inside, row: Local, outputPixel: Local) => {
    const tapLoops = [...window, depth]
    const totals = new TileTotals(code, scratch, tapLoops, largest)
    const nested = (depth: number, iterations: (count: number) => void) =>
      totals.inBlocks(tile, depth, tapLoops[depth], iterations)
    const [y, x, from, weight] = Array.from({ length: 4 }, () => builder.local('i32'))
    const sumChannels = () => {
      builder.emit(from.set(column.get), weight.set(lane.get))
      nested(2, (length) => {
        builder.loop(length, 1, () => {
          tile.addProduct(from.get, () => 0, weight.get)
          builder.emit(advance(from, bytesPerElement), advance(weight, blockRow))
        })
      })
    }
    const sumRow = () => {
      builder.emit(x.set(i32.mul(outputPixel.get, i32.const(stride[1]))))
      nested(1, (count) => {
        builder.loop(count, 1, () => {
          const isInside = liesInside(y.get, x.get, inside)
          builder.emit(
            control.if(isInside, builder.block(sumChannels)),
            advance(x, dilation[1]),
            advance(column, dilation[1] * pixel),
            advance(lane, depth * blockRow),
          )
        })
      })
    }
    totals.begin(tile)
    builder.emit(y.set(i32.mul(i32.add(firstRow.get, row.get), i32.const(stride[0]))))
    nested(0, (count) => {
      builder.loop(count, 1, () => {
        sumRow()
        builder.emit(
          advance(y, dilation[0]),
          advance(column, dilation[0] * mapLine - window[1] * dilation[1] * pixel),
        )
      })
    })
    totals.end(tile)
  }

  const isNonFinite = inside && findNonFinite(builder, pointerTo(packed).get, sizeOf(packed.shape))
  builder.loop(groups, 1, (group) => {
    forUnits(builder, (unit) => {
      builder.emit(
        image.set(i32.div_u(unit.get, i32.const(bands))),
        firstRow.set(i32.mul(i32.rem_u(unit.get, i32.const(bands)), i32.const(rows))),
      )
      inPieces(builder, filters, blockColumns, 1, (filter, tileColumns) => {
        builder.emit(
          mapRow.set(
            addressIn(maps, pointerTo(maps), [image, 0], [group, 1, depth], [firstRow, 2, stride[0]]),
          ),
        )
        builder.loop(rows, 1, (row) => {
          /** Emits the row in tiles of at most `most` pixels. */
          const tilesOf = (most: number, sum: (tile: Tile, firstPixel: Local) => void) => {
            inEvenPieces(builder, width, most, 1, (firstPixel, tileRows) => {
              const tile = new Tile(builder, { rows: tileRows, columns: tileColumns }, { relaxedSimd })
              const block = at(
                pointerTo(packed).get,
                [group, blocks * blockBytes],
                [filter, blockBytes / blockColumns],
              )
              builder.emit(column.set(at(mapRow.get, [firstPixel, pixelStep])), lane.set(block))
              sum(tile, firstPixel)
              epilogue.moveTo((view) =>
                addressIn(
                  view,
                  pointerTo(view),
                  [image, 0],
                  [group, 1, filters],
                  [filter, 1],
                  [firstRow, 2],
                  [row, 2],
                  [firstPixel, 3],
                ),
              )
              tile.finish(epilogue, ({ strides }, i) => i * strides[3] * bytesPerElement)
            })
          }
          const all = builder.block(() => tilesOf(largest.rows, sumOneTile))
          if (inside === undefined) builder.emit(all)
          else {
            const some = builder.block(() => {
              tilesOf(1, (tile, pixel) => sumInside(tile, inside, row, pixel))
            })
            builder.emit(control.if(isNonFinite!.get, some, all))
          }
          builder.emit(advance(mapRow, stride[0] * mapLine))
        })
      })
    })
  })
  return code
}

/** Returns the lengths of the loops that compute a sum: rows of a filter, taps of a row, and contiguous floats. */
export function loopsOf(
  maps: View,
  { dilation, window }: Pick<WasmCalls['convolve'], 'dilation' | 'window'>,
  depth: number,
): number[] {
  const isOneRun = dilation[1] === 1 && maps.strides[3] === depth
  return isOneRun ? [window[0], 1, window[1] * depth] : [window[0], window[1], depth]
}

/** Returns the number of bands of rows per image: the fewest that give each thread a band. */
function bandsFor(images: number, height: number, threads: number): number {
  let bands = 1
  while (bands < height && (images * bands < threads || height % bands !== 0)) bands++
  return bands
}
