import type { CallKernel } from '../../../plan/kernels.ts'
import type { View } from '../../../plan/view.ts'
import { i32, memory, v128 } from '../assembler/instructions.ts'
import { beginKernel, type CallContext, forUnits, type KernelCode } from './kernelCode.ts'
import { bytesPerElement, laneCount } from './lanes.ts'
import { advance, at } from './pointers.ts'
import { bestRows, inPieces, Tile, unrolled } from './tile.ts'
import {
  filterTransform,
  inputTile,
  inputTransform,
  outputTransform,
  planes,
  Transform,
  transformLanes,
  transformScratchBytes,
  transposed,
} from './winograd.ts'
import { planePadding, TileGrid, tilesInBlock } from './winogradTiles.ts'

/** The channels are cut into so many parts, each with sums of its own: what threads share out. */
function partsOf(channels: number): number {
  return channels % (2 * transformLanes) === 0 ? 2 : 1
}

/** Tiles in a block, for gradient maps [N, K, H, W]. */
export function gradientTiles(gradient: View, channels: number): number {
  return tilesInBlock(new TileGrid(gradient.shape).total, channels)
}

/** Floats of scratch for all parts. */
export function gradientScratchFloats(tiles: number, channels: number, filters: number): number {
  const parts = partsOf(channels)
  return parts * partFloats(tiles, channels / parts, filters)
}

/** For one part: half-way results, transformed maps and gradients of a block, and the sums of the 36 planes. */
function partFloats(tiles: number, channels: number, filters: number): number {
  const halfway = transformScratchBytes / bytesPerElement
  return halfway + planes * (tiles * (channels + filters) + 2 * planePadding + channels * filters)
}

/**
 * Weight gradient of a 3×3 convolution of stride 1, from maps [N, H + 2, W + 2, C] and gradient maps [N, H, W, K]; output
 * [3, 3, C, K]. The transpose of the forward method: Gᵀ [Σ over tiles (Bᵀ d B) ⊙ (A y Aᵀ)] G.
 *
 *     for each part of the channels                          (the units of threads)
 *       for each block of tiles (4×4 pixels of the gradient)
 *         for each tile: v[36, tile] = Bᵀ d B and w[36, tile] = A y Aᵀ
 *         for each of 36 planes: sums += vᵀ · w               ([channels, tiles] × [tiles, filters])
 *       for each channel, eight filters: output = Gᵀ sums[36] G
 */
export function winogradWeightGradientCode(
  { inputs: [maps, gradient, scratch], output }: CallKernel,
  { modes: { relaxedSimd, tile: largest } }: CallContext,
): KernelCode {
  const [filters, allChannels] = output.shape
  const parts = partsOf(allChannels)
  const channels = allChannels / parts
  const grid = new TileGrid(gradient.shape)
  const tiles = gradientTiles(gradient, allChannels)

  const code = beginKernel([maps, gradient, scratch, output], parts)
  const { builder, pointerTo } = code
  const locals = () => builder.local('i32')
  const [halfway, mapPlanes, gradientPlanes, sums, tileNumber, from, to] = Array.from({ length: 7 }, locals)
  const [column, row] = [locals(), locals()]
  const channelBytes = channels * bytesPerElement
  const filterBytes = filters * bytesPerElement
  const mapPlane = tiles * channelBytes + planePadding * bytesPerElement
  const gradientPlane = tiles * filterBytes + planePadding * bytesPerElement
  const sumPlane = channels * filterBytes
  const eight = transformLanes * bytesPerElement
  const halfBytes = laneCount * bytesPerElement

  const mapTransform = new Transform(builder, inputTransform, relaxedSimd)
  const gradientTransform = new Transform(builder, transposed(outputTransform), relaxedSimd)
  const sumTransform = new Transform(builder, transposed(filterTransform), relaxedSimd)

  /** Transforms `width` channels of one tile of a view into planes. */
  const intoPlanes = (transform: Transform, view: View, width: number, plane: number) => {
    const [, , rowBytes, pixelBytes] = view.strides.map((stride) => stride * bytesPerElement)
    builder.loop(width / transformLanes, 1, () => {
      transform.emit(
        (r, c, half) => v128.load(from.get, r * rowBytes + c * pixelBytes + half * halfBytes),
        (r, c, half, value) => v128.store(to.get, value, (r * inputTile + c) * plane + half * halfBytes),
        halfway,
      )
      builder.emit(advance(from, eight), advance(to, eight))
    })
  }

  const addProducts = () => {
    builder.loop(planes, 1, (plane) => {
      inPieces(builder, filters, largest.columns, bytesPerElement, (filterOffset, columns) => {
        inPieces(
          builder,
          channels,
          bestRows(channels, largest.rows),
          bytesPerElement,
          (channelOffset, rows) => {
            const block = new Tile(builder, { rows, columns }, { relaxedSimd })
            block.clear()
            builder.emit(
              column.set(at(mapPlanes.get, [plane, mapPlane], [channelOffset, 1])),
              row.set(at(gradientPlanes.get, [plane, gradientPlane], [filterOffset, 1])),
            )
            unrolled(builder, tiles, (turn, turns) => {
              const columnOffset = turn * channelBytes
              block.addProduct(
                column.get,
                (i) => i * bytesPerElement + columnOffset,
                row.get,
                turn * filterBytes,
              )
              if (turn < turns - 1) return
              builder.emit(advance(column, turns * channelBytes), advance(row, turns * filterBytes))
            })
            builder.emit(to.set(at(sums.get, [plane, sumPlane], [channelOffset, filters], [filterOffset, 1])))
            block.store(to.get, (i) => i * filterBytes, { add: true })
          },
        )
      })
    })
  }

  forUnits(builder, (part) => {
    builder.emit(
      halfway.set(at(pointerTo(scratch).get, [part, partFloats(tiles, channels, filters) * bytesPerElement])),
      mapPlanes.set(i32.add(halfway.get, i32.const(transformScratchBytes))),
      gradientPlanes.set(i32.add(mapPlanes.get, i32.const(planes * mapPlane))),
      sums.set(i32.add(gradientPlanes.get, i32.const(planes * gradientPlane))),
      memory.fill(sums.get, i32.const(0), i32.const(planes * sumPlane)),
    )
    builder.loop(grid.total / tiles, tiles, (firstTile) => {
      builder.loop(tiles, 1, (tile) => {
        builder.emit(
          tileNumber.set(i32.add(firstTile.get, tile.get)),
          from.set(at(grid.addressIn(maps, pointerTo(maps).get, tileNumber.get), [part, channelBytes])),
          to.set(at(mapPlanes.get, [tile, channelBytes])),
        )
        intoPlanes(mapTransform, maps, channels, mapPlane)
        builder.emit(
          from.set(grid.addressIn(gradient, pointerTo(gradient).get, tileNumber.get)),
          to.set(at(gradientPlanes.get, [tile, filterBytes])),
        )
        intoPlanes(gradientTransform, gradient, filters, gradientPlane)
      })
      addProducts()
    })
    builder.emit(from.set(sums.get), to.set(at(pointerTo(output).get, [part, sumPlane])))
    builder.loop((channels * filters) / transformLanes, 1, () => {
      sumTransform.emit(
        (r, c, half) => v128.load(from.get, (r * inputTile + c) * sumPlane + half * halfBytes),
        (r, c, half, value) => {
          const tap = (r * 3 + c) * allChannels * filterBytes
          return v128.store(to.get, value, tap + half * halfBytes)
        },
        halfway,
      )
      builder.emit(advance(from, eight), advance(to, eight))
    })
  })
  return code
}
