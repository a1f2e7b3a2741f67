import type { View } from '../../../../plan/view.ts'
import type { Code } from '../../assembler/encoding.ts'
import { i32, memory, v128 } from '../../assembler/instructions.ts'
import type { WasmCall } from '../calls.ts'
import { beginKernel, type CallContext, forUnits, type KernelCode } from '../kernelCode.ts'
import { bytesPerElement, laneCount } from '../lanes.ts'
import { advance, at } from '../pointers.ts'
import { inEvenPieces, inPieces, Tile, unrolled } from '../tile.ts'
import { bytesPerTotal, clearTotals, longestChain, moveIntoTotals, roundTotals } from '../totals.ts'
import { planePadding } from './planeBlock.ts'
import { TileGrid } from './tiles.ts'
import { storeBoth, Transform, transformLanes, transformScratchBytes } from './transform.ts'
import { type MinimalFiltering, minimalFiltering, transposed } from './winograd.ts'

/**
 * Returns the number of parts of the channels, each a multiple of eight: one for each thread if possible. The number does
 * not change the bits of results: every sum adds the same numbers in the same order.
 */
function partsOf(channels: number, threads: number): number {
  const eights = channels / transformLanes
  let parts = Math.min(threads, eights)
  while (eights % parts !== 0) parts--
  return parts
}

/** The tiles of a block, and the number of blocks. */
interface Blocks {
  readonly tiles: number
  readonly blocks: number
}

/** Returns the blocks of tiles of gradient maps [N, K, H, W]. */
export function gradientBlocks(filtering: MinimalFiltering, gradient: View, channels: number): Blocks {
  const { total } = new TileGrid(filtering, gradient.shape)
  const { tiles } = new TileGrid(filtering, gradient.shape).blocksOf(channels <= 64 ? 64 : 128)
  return { tiles, blocks: total / tiles }
}

/** Floats of scratch for all parts. */
export function gradientScratchFloats(
  filtering: MinimalFiltering,
  blocks: Blocks,
  channels: number,
  filters: number,
  threads: number,
): number {
  const parts = partsOf(channels, threads)
  return parts * partFloats(filtering, blocks, channels / parts, filters)
}

/** Floats for one part: intermediate results, transformed maps and gradients of a block, and the sums of the planes. */
function partFloats(
  filtering: MinimalFiltering,
  { tiles, blocks }: Blocks,
  channels: number,
  filters: number,
): number {
  const halfway = transformScratchBytes(filtering) / bytesPerElement
  const perPlane = tiles * (channels + filters) + 2 * planePadding + channels * filters * sumFloats(blocks)
  return halfway + filtering.planes * perPlane
}

/** Floats for each sum of the planes: one, plus a total if there are many blocks of tiles. */
function sumFloats(blocks: number): number {
  return blocks > longestChain ? 1 + bytesPerTotal / bytesPerElement : 1
}

/**
 * Weight gradient of a 3×3 convolution of stride 1, from maps [N, H + 2, W + 2, C] and gradient maps [N, H, W, K]; output
 * [3, 3, C, K]. The transpose of the forward method: Gᵀ [Σ over tiles (Bᵀ d B) ⊙ (A y Aᵀ)] G.
 *
 *     for each part of the channels                          (the units)
 *       for each block of tiles (m×m pixels of the gradient)
 *         for each tile: v[planes, tile] = Bᵀ d B and w[planes, tile] = A y Aᵀ
 *         for each plane: sums += vᵀ · w               ([channels, tiles] × [tiles, filters]; in totals, if blocks are many)
 *       for each channel, eight filters: output = Gᵀ sums[planes] G
 */
export function winogradWeightGradientCode(
  { inputs: [maps, gradient, scratch], output, attributes }: WasmCall<'winogradWeightGradient'>,
  { modes: { relaxedSimd, threads, tile: largest } }: CallContext,
): KernelCode {
  const filtering = minimalFiltering(attributes.outputTile)
  const { planes, inputTile } = filtering
  const [filters, allChannels] = output.shape
  const parts = partsOf(allChannels, threads)
  const channels = allChannels / parts
  const grid = new TileGrid(filtering, gradient.shape)
  const cutting = gradientBlocks(filtering, gradient, allChannels)
  const { tiles, blocks } = cutting

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

  const mapTransform = new Transform(builder, filtering.inputTransform, relaxedSimd)
  const gradientTransform = new Transform(builder, transposed(filtering.outputTransform), relaxedSimd)
  const sumTransform = new Transform(builder, transposed(filtering.filterTransform), relaxedSimd)

  /** Transforms `width` channels of one tile of a view into planes. */
  const intoPlanes = (transform: Transform, view: View, width: number, plane: number) => {
    const [, , rowBytes, pixelBytes] = view.strides.map((stride) => stride * bytesPerElement)
    builder.loop(width / transformLanes, 1, () => {
      transform.emit(
        (r, c, half) => v128.load(from.get, r * rowBytes + c * pixelBytes + half * halfBytes),
        (r, c, result) => storeBoth(builder, to, (r * inputTile + c) * plane, result),
        halfway,
      )
      builder.emit(advance(from, eight), advance(to, eight))
    })
  }

  const addProducts = () => {
    builder.loop(planes, 1, (plane) => {
      inPieces(builder, filters, largest.columns, bytesPerElement, (filterOffset, columns) => {
        inEvenPieces(builder, channels, largest.rows, bytesPerElement, (channelOffset, rows) => {
          const block = new Tile(builder, { rows, columns }, { relaxedSimd })
          block.clear()
          builder.emit(
            column.set(at(mapPlanes.get, [plane, mapPlane], [channelOffset, 1])),
            row.set(at(gradientPlanes.get, [plane, gradientPlane], [filterOffset, 1])),
          )
          unrolled(builder, tiles, (iteration, iterations) => {
            const columnOffset = iteration * channelBytes
            block.addProduct(
              column.get,
              (i) => i * bytesPerElement + columnOffset,
              row.get,
              iteration * filterBytes,
            )
            if (iteration < iterations - 1) return
            builder.emit(advance(column, iterations * channelBytes), advance(row, iterations * filterBytes))
          })
          builder.emit(to.set(at(sums.get, [plane, sumPlane], [channelOffset, filters], [filterOffset, 1])))
          block.store(to.get, (i) => i * filterBytes, { add: true })
        })
      })
    })
  }

  forUnits(builder, (part) => {
    builder.emit(
      halfway.set(
        at(pointerTo(scratch).get, [
          part,
          partFloats(filtering, cutting, channels, filters) * bytesPerElement,
        ]),
      ),
      mapPlanes.set(i32.add(halfway.get, i32.const(transformScratchBytes(filtering)))),
      gradientPlanes.set(i32.add(mapPlanes.get, i32.const(planes * mapPlane))),
      sums.set(i32.add(gradientPlanes.get, i32.const(planes * gradientPlane))),
      memory.fill(sums.get, i32.const(0), i32.const(planes * sumPlane)),
    )
    const addBlock = (block: Code) => {
      builder.loop(tiles, 1, (tile) => {
        builder.emit(
          tileNumber.set(i32.add(i32.mul(block, i32.const(tiles)), tile.get)),
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
    }
    if (blocks <= longestChain) builder.loop(blocks, 1, (block) => addBlock(block.get))
    else {
      const size = planes * channels * filters
      const totals = i32.add(sums.get, i32.const(size * bytesPerElement))
      builder.emit(clearTotals(totals, size))
      inPieces(builder, blocks, longestChain, 1, (first, count) => {
        builder.loop(count, 1, (iteration) => addBlock(i32.add(first.get, iteration.get)))
        moveIntoTotals(builder, sums.get, totals, size)
      })
      roundTotals(builder, totals, sums.get, size)
    }
    builder.emit(from.set(sums.get), to.set(at(pointerTo(output).get, [part, sumPlane])))
    builder.loop((channels * filters) / transformLanes, 1, () => {
      sumTransform.emit(
        (r, c, half) => v128.load(from.get, (r * inputTile + c) * sumPlane + half * halfBytes),
        (r, c, result) => storeBoth(builder, to, (r * 3 + c) * allChannels * filterBytes, result),
        halfway,
      )
      builder.emit(advance(from, eight), advance(to, eight))
    })
  })
  return code
}
