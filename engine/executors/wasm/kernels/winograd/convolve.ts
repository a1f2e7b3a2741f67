import { i32, v128 } from '../../assembler/instructions.ts'
import type { WasmCall } from '../calls.ts'
import { EpilogueWriter, epilogueViews } from '../epilogue.ts'
import { beginKernel, type CallContext, forUnits, type KernelCode } from '../kernelCode.ts'
import { bytesPerElement, laneCount, loadLanes } from '../lanes.ts'
import { advance, at } from '../pointers.ts'
import { inEvenPieces, inPieces, Tile, unrolled } from '../tile.ts'
import { planePadding, TileGrid, tilesInBlock } from './tiles.ts'
import { storeBoth, Transform, transformLanes, transformScratchBytes } from './transform.ts'
import { type MinimalFiltering, minimalFiltering } from './winograd.ts'

/** Floats of one thread's scratch: intermediate results of transforms, and the transformed input and output of a block. */
export function scratchFloats(
  filtering: MinimalFiltering,
  tiles: number,
  channels: number,
  filters: number,
): number {
  const halfway = transformScratchBytes(filtering) / bytesPerElement
  return halfway + filtering.planes * (tiles * (channels + filters) + 2 * planePadding)
}

/**
 * Convolution 3×3 of stride 1 of maps [N, H + 2, W + 2, C] with transformed filters [planes, blocks, C, filters side
 * by side]; output [N, H, W, K], H and W multiples of the tile's.
 *
 *     for each block of tiles (m×m pixels of the output)      (the units)
 *       for each tile, eight channels: v[planes, tile] = Bᵀ d B
 *       for each plane: products = v · u                       ([tiles, C] × [C, K])
 *       for each tile, eight filters: y = Aᵀ products[planes, tile] A
 */
export function winogradConvolveCode(
  kernel: WasmCall<'winogradConvolve'>,
  { modes: { relaxedSimd, threads, tile: largest } }: CallContext,
): KernelCode {
  const {
    inputs: [maps, filters, scratch],
    output,
    attributes,
  } = kernel
  const filtering = minimalFiltering(attributes.outputTile)
  const { planes, inputTile } = filtering
  const channels = maps.shape[1]
  const filterCount = output.shape[1]
  const [, blocks, , blockColumns] = filters.shape
  const grid = new TileGrid(filtering, output.shape)
  const tiles = tilesInBlock(grid.total, channels, threads)

  const code = beginKernel([maps, filters, scratch, ...epilogueViews(kernel)], grid.total / tiles)
  const { builder, pointerTo, thread } = code
  const locals = () => builder.local('i32')
  const [halfway, transformed, products, tileNumber, from, to, column, lane] = Array.from(
    { length: 8 },
    locals,
  )
  const vPlane = (tiles * channels + planePadding) * bytesPerElement
  const mPlane = (tiles * filterCount + planePadding) * bytesPerElement
  const threadBytes = scratchFloats(filtering, tiles, channels, filterCount) * bytesPerElement
  builder.emit(
    halfway.set(at(pointerTo(scratch).get, [thread, threadBytes])),
    transformed.set(i32.add(halfway.get, i32.const(transformScratchBytes(filtering)))),
    products.set(i32.add(transformed.get, i32.const(planes * vPlane))),
  )

  const addressIn = (view: typeof maps) => grid.addressIn(view, pointerTo(view).get, tileNumber.get)
  const eight = transformLanes * bytesPerElement
  const halfBytes = laneCount * bytesPerElement
  const [, , mapRow, mapPixel] = maps.strides.map((stride) => stride * bytesPerElement)
  const epilogue = new EpilogueWriter(builder, kernel)
  const intoPlanes = new Transform(builder, filtering.inputTransform, relaxedSimd)
  const outOfPlanes = new Transform(builder, filtering.outputTransform, relaxedSimd)

  forUnits(builder, (unit) => {
    builder.loop(tiles, 1, (tile) => {
      builder.emit(
        tileNumber.set(i32.add(i32.mul(unit.get, i32.const(tiles)), tile.get)),
        from.set(addressIn(maps)),
        to.set(at(transformed.get, [tile, channels * bytesPerElement])),
      )
      builder.loop(channels / transformLanes, 1, () => {
        intoPlanes.emit(
          (r, c, half) => v128.load(from.get, r * mapRow + c * mapPixel + half * halfBytes),
          (r, c, result) => storeBoth(builder, to, (r * inputTile + c) * vPlane, result),
          halfway,
        )
        builder.emit(advance(from, eight), advance(to, eight))
      })
    })
    builder.loop(planes, 1, (plane) => {
      inPieces(builder, filterCount, blockColumns, bytesPerElement, (filterOffset) => {
        inEvenPieces(builder, tiles, largest.rows, 1, (firstTile, rows) => {
          const block = new Tile(builder, { rows, columns: blockColumns }, { relaxedSimd })
          block.clear()
          builder.emit(
            column.set(at(transformed.get, [plane, vPlane], [firstTile, channels * bytesPerElement])),
            lane.set(
              at(
                pointerTo(filters).get,
                [plane, blocks * channels * blockColumns * bytesPerElement],
                [filterOffset, channels],
              ),
            ),
          )
          unrolled(builder, channels, (iteration, iterations) => {
            const laneOffset = iteration * blockColumns * bytesPerElement
            const rowBytes = channels * bytesPerElement
            block.addProduct(
              column.get,
              (i) => i * rowBytes + iteration * bytesPerElement,
              lane.get,
              laneOffset,
            )
            if (iteration < iterations - 1) return
            builder.emit(
              advance(column, iterations * bytesPerElement),
              advance(lane, iterations * blockColumns * bytesPerElement),
            )
          })
          const productRow = filterCount * bytesPerElement
          builder.emit(to.set(at(products.get, [plane, mPlane], [firstTile, productRow], [filterOffset, 1])))
          block.store(to.get, (i) => i * productRow)
        })
      })
    })
    builder.loop(tiles, 1, (tile) => {
      builder.emit(
        tileNumber.set(i32.add(i32.mul(unit.get, i32.const(tiles)), tile.get)),
        from.set(at(products.get, [tile, filterCount * bytesPerElement])),
      )
      epilogue.moveTo(addressIn)
      builder.loop(filterCount / transformLanes, 1, () => {
        outOfPlanes.emit(
          (r, c, half) => v128.load(from.get, (r * inputTile + c) * mPlane + half * halfBytes),
          (r, c, result) =>
            epilogue.write(
              result,
              transformLanes,
              ({ strides }) => (r * strides[2] + c * strides[3]) * bytesPerElement,
            ),
          halfway,
        )
        builder.emit(advance(from, eight))
        epilogue.advance(({ strides }) => transformLanes * strides[1])
      })
    })
  })
  return code
}

/**
 * Transforms filters [1, K, C, 3, 3], of any strides, to G g Gᵀ, packed as [planes, K / columns, C, columns].
 *
 *     for each block of filters                     (the units)
 *       for each channel, eight filters of the block: u[planes] = G g Gᵀ
 */
export function winogradFiltersCode(
  { inputs: [filters, scratch], output, attributes }: WasmCall<'winogradFilters'>,
  { modes: { relaxedSimd } }: CallContext,
): KernelCode {
  const filtering = minimalFiltering(attributes.outputTile)
  const { inputTile } = filtering
  const [, blocks, channels, columns] = output.shape
  const [, filterStride, channelStride, rowStride, columnStride] = filters.strides.map(
    (s) => s * bytesPerElement,
  )
  const code = beginKernel([filters, scratch, output], blocks)
  const { builder, pointerTo, thread } = code
  const [from, to, halfway] = Array.from({ length: 3 }, () => builder.local('i32'))
  const transform = new Transform(builder, filtering.filterTransform, relaxedSimd)
  const plane = blocks * channels * columns * bytesPerElement
  builder.emit(halfway.set(at(pointerTo(scratch).get, [thread, transformScratchBytes(filtering)])))
  forUnits(builder, (block) => {
    builder.loop(channels, 1, (channel) => {
      const start = i32.add(pointerTo(filters).get, i32.const(filters.offset * bytesPerElement))
      builder.emit(
        from.set(at(start, [block, columns * filterStride], [channel, channelStride])),
        to.set(
          at(
            pointerTo(output).get,
            [block, channels * columns * bytesPerElement],
            [channel, columns * bytesPerElement],
          ),
        ),
      )
      builder.loop(columns / transformLanes, 1, () => {
        transform.emit(
          (r, c, half) => {
            const tap = i32.add(from.get, i32.const(r * rowStride + c * columnStride))
            return loadLanes(tap, half * laneCount * filterStride, filterStride, laneCount)
          },
          (r, c, result) => storeBoth(builder, to, (r * inputTile + c) * plane, result),
          halfway,
        )
        builder.emit(
          advance(from, transformLanes * filterStride),
          advance(to, transformLanes * bytesPerElement),
        )
      })
    })
  })
  return code
}
