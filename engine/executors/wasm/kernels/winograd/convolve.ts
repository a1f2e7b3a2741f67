import type { View } from '../../../../plan/view.ts'
import type { Shape } from '../../../../shape.ts'
import type { Code } from '../../assembler/encoding.ts'
import { i32 } from '../../assembler/instructions.ts'
import type { Local } from '../../assembler/module.ts'
import type { WasmCall } from '../calls.ts'
import { EpilogueWriter, epilogueViews } from '../epilogue.ts'
import { beginKernel, type CallContext, forUnits, type KernelCode } from '../kernelCode.ts'
import { bytesPerElement, laneCount, loadLanes } from '../lanes.ts'
import { advance, at } from '../pointers.ts'
import { PlaneBlock } from './planeBlock.ts'
import { storeProduct } from './products.ts'
import {
  halfwayFloats,
  InverseStripTransform,
  inverseHalfwayFloats,
  type Strip,
  StripTransform,
} from './strips.ts'
import { type Block, TileGrid } from './tiles.ts'
import { storeBoth, Transform, transformLanes, transformScratchBytes } from './transform.ts'
import { type MinimalFiltering, minimalFiltering } from './winograd.ts'

/** The tiles of a block, unless threads would find too few blocks. From 32 to 128 the speed is the same. */
const wantedTiles = 64

/** What one thread computes at once, and where. */
interface Workspace {
  readonly block: Block
  /** The strips of maps, and those of the output. */
  readonly strip: Strip
  readonly outputStrip: Strip
  readonly transformed: PlaneBlock
  readonly products: PlaneBlock
  /** Floats of intermediate results of a strip. */
  readonly halfway: number
}

function workspaceOf(
  filtering: MinimalFiltering,
  channels: number,
  output: Shape,
  threads: number,
): Workspace {
  const { inputTransform, outputTransform, outputTile } = filtering
  const grid = new TileGrid(filtering, output)
  const block = grid.blocksOf(Math.min(Math.ceil(grid.total / threads), wantedTiles))
  const filters = output[1]
  const strip = { tiles: block.strip, step: outputTile, channels }
  const outputStrip = { ...strip, channels: filters }
  return {
    block,
    strip,
    outputStrip,
    transformed: new PlaneBlock(filtering, block.tiles, channels),
    products: new PlaneBlock(filtering, block.tiles, filters),
    halfway: Math.max(
      halfwayFloats(inputTransform, strip),
      inverseHalfwayFloats(outputTransform, outputStrip),
    ),
  }
}

/** Floats of one thread's scratch to convolve maps of so many channels: a strip halfway, a block transformed, its products. */
export function scratchFloats(
  filtering: MinimalFiltering,
  channels: number,
  output: Shape,
  threads: number,
): number {
  const { halfway, transformed, products } = workspaceOf(filtering, channels, output, threads)
  return halfway + transformed.floats + products.floats
}

/**
 * Convolution 3×3 of stride 1 of maps [N, H + 2, W + 2, C] with transformed filters [planes, blocks, C, filters side
 * by side]; output [N, H, W, K], H and W multiples of the tile's.
 *
 *     for each block of tiles (m×m pixels of the output)      (the units)
 *       for each strip of it: v[planes, tiles] = Bᵀ d B, while the next strip is brought into the cache
 *       for each plane: products = v · u                      ([tiles, C] × [C, K])
 *       for each strip of it: y = Aᵀ products[planes, tiles] A
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
  const [, channels] = maps.shape
  const [, filterCount] = output.shape
  const [, blocks, , blockColumns] = filters.shape
  const grid = new TileGrid(filtering, output.shape)
  const workspace = workspaceOf(filtering, channels, output.shape, threads)
  const { block, strip, outputStrip, transformed, products } = workspace

  const code = beginKernel([maps, filters, scratch, ...epilogueViews(kernel)], grid.total / block.tiles)
  const { builder, pointerTo, thread } = code
  const locals = () => builder.local('i32')
  const [halfway, transformedStart, productsStart, tile, from] = Array.from({ length: 5 }, locals)
  const threadFloats = scratchFloats(filtering, channels, output.shape, threads)
  builder.emit(
    halfway.set(at(pointerTo(scratch).get, [thread, threadFloats * bytesPerElement])),
    transformedStart.set(i32.add(halfway.get, i32.const(workspace.halfway * bytesPerElement))),
    productsStart.set(i32.add(transformedStart.get, i32.const(transformed.floats * bytesPerElement))),
  )

  const epilogue = new EpilogueWriter(builder, kernel)
  const intoPlanes = new StripTransform(builder, filtering.inputTransform, strip, relaxedSimd)
  const outOfPlanes = new InverseStripTransform(builder, filtering.outputTransform, outputStrip, relaxedSimd)
  const addressIn = (view: View, number: Code) => grid.addressIn(view, pointerTo(view).get, number)

  /** Emits `body` for each strip of the unit's block. `first` is the number of its first tile in the block, `tile` in all. */
  const forStrips = (unit: Local, body: (first: Local) => void) => {
    builder.loop(block.tiles / block.strip, block.strip, (first) => {
      builder.emit(tile.set(at(first.get, [unit, block.tiles])))
      body(first)
    })
  }

  forUnits(builder, (unit) => {
    forStrips(unit, (first) => {
      builder.emit(from.set(addressIn(maps, tile.get)))
      const next = addressIn(maps, grid.after(tile.get, block.strip))
      const pointers = transformed.pointers(builder, transformedStart.get, first)
      intoPlanes.emit(maps, from, next, halfway, pointers)
    })
    builder.loop(filtering.planes, 1, (plane) => {
      const packedPlane = blocks * channels * blockColumns * bytesPerElement
      storeProduct(
        builder,
        { rows: block.tiles, depth: channels, columns: filterCount },
        { largest, relaxedSimd },
        [
          {
            start: at(transformedStart.get, [plane, transformed.planeBytes]),
            rowBytes: transformed.rowBytes,
          },
          {
            start: at(pointerTo(filters).get, [plane, packedPlane]),
            rowBytes: blockColumns * bytesPerElement,
          },
          { start: at(productsStart.get, [plane, products.planeBytes]), rowBytes: products.rowBytes },
        ],
      )
    })
    forStrips(unit, (first) => {
      epilogue.moveTo((view) => addressIn(view, tile.get))
      outOfPlanes.emit(products.pointers(builder, productsStart.get, first), halfway, epilogue)
    })
  })
  intoPlanes.end(halfway)
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
