import type { Shape } from '../../../../shape.ts'
import type { Code } from '../../assembler/encoding.ts'
import { i32 } from '../../assembler/instructions.ts'
import type { Local } from '../../assembler/module.ts'
import type { WasmCall } from '../calls.ts'
import { EpilogueWriter, epilogueViews } from '../epilogue.ts'
import { beginKernel, type CallContext, forUnits, type KernelCode } from '../kernelCode.ts'
import { bytesPerElement } from '../lanes.ts'
import { at } from '../pointers.ts'
import { PlaneBlock, suitableTiles } from './planeBlock.ts'
import { Planes } from './planes.ts'
import { filteringOf } from './polyphase.ts'
import { storeProduct } from './products.ts'
import {
  halfwayFloats,
  InverseStripTransform,
  inverseHalfwayFloats,
  type Strip,
  StripTransform,
} from './strips.ts'
import { type Block, TileGrid } from './tiles.ts'
import type { Filtering } from './winograd.ts'

/** What one thread computes at once, and where. */
interface Workspace {
  readonly block: Block
  /** The strips of maps, and those of the output. */
  readonly strip: Strip
  readonly outputStrip: Strip
  readonly planes: Planes
  readonly transformed: PlaneBlock
  readonly products: PlaneBlock
  /** Floats of intermediate results of a strip. */
  readonly halfway: number
}

function workspaceOf(filtering: Filtering, channels: number, output: Shape, threads: number): Workspace {
  const { inputTransform, outputTransform, inputStep, outputStep } = filtering
  const planes = new Planes(filtering)
  const grid = new TileGrid({ outputTile: outputStep }, output)
  const block = grid.blocksOf(Math.min(Math.ceil(grid.total / threads), suitableTiles(planes, channels)))
  const filters = output[1]
  const strip = { tiles: block.strip, step: inputStep, channels }
  const outputStrip = { ...strip, step: outputStep, channels: filters }
  return {
    block,
    strip,
    outputStrip,
    planes,
    transformed: new PlaneBlock(planes, block.tiles, channels),
    products: new PlaneBlock(planes, block.tiles, filters),
    halfway: Math.max(
      halfwayFloats(inputTransform, strip),
      inverseHalfwayFloats(outputTransform, outputStrip),
    ),
  }
}

/** Floats of one thread's scratch to convolve maps of so many channels: a strip halfway, a block transformed, its products. */
export function scratchFloats(
  filtering: Filtering,
  channels: number,
  output: Shape,
  threads: number,
): number {
  const { halfway, transformed, products } = workspaceOf(filtering, channels, output, threads)
  return halfway + transformed.floats + products.floats
}

/**
 * Convolution 3×3 of padded maps [N, H', W', C] with transformed filters [planes, blocks, C, filters side by side]; output
 * [N, H, W, K], H and W multiples of the tile's. The last row and column of maps of even size are not read with stride 2.
 * In the pass `inputGradient`, the maps are gradient maps with a row and a column of zeros after them, and the output is the
 * gradient of the input.
 *
 *     for each block of tiles                              (the units)
 *       for each strip of it: v[planes, tiles, copies] = Bᵀ d B, while the next strip is brought into the cache
 *       for each plane: products = v · u                   ([tiles · copies, C] × [C, K])
 *       for each strip of it: y = Aᵀ products[planes, tiles, copies] A
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
  const filtering = filteringOf(attributes, attributes.pass)
  const [, channels] = maps.shape
  const [, filterCount] = output.shape
  const blockColumns = filters.shape[3]
  const packedPlane = filters.strides[0] * bytesPerElement
  const grid = new TileGrid({ outputTile: filtering.outputStep }, output.shape)
  const workspace = workspaceOf(filtering, channels, output.shape, threads)
  const { block, strip, outputStrip, planes, transformed, products } = workspace

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
  const inMaps = (number: Code) => grid.addressIn(maps, pointerTo(maps).get, number, filtering.inputStep)

  /** Emits `body` for each strip of the unit's block. `first` is the number of its first tile in the block, `tile` in all. */
  const forStrips = (unit: Local, body: (first: Local) => void) => {
    builder.loop(block.tiles / block.strip, block.strip, (first) => {
      builder.emit(tile.set(at(first.get, [unit, block.tiles])))
      body(first)
    })
  }

  forUnits(builder, (unit) => {
    forStrips(unit, (first) => {
      builder.emit(from.set(inMaps(tile.get)))
      const next = inMaps(grid.after(tile.get, block.strip))
      const pointers = transformed.pointers(builder, transformedStart.get, first)
      intoPlanes.emit(maps, from, next, halfway, pointers)
    })
    for (const group of planes.groups) {
      builder.loop(group.planes, 1, (plane) => {
        const packed = i32.add(pointerTo(filters).get, i32.const(group.first * packedPlane))
        storeProduct(
          builder,
          { rows: transformed.rowsOf(group), depth: channels, columns: filterCount },
          { largest, relaxedSimd },
          [
            transformed.plane(transformedStart.get, group, plane),
            { start: at(packed, [plane, packedPlane]), rowBytes: blockColumns * bytesPerElement },
            products.plane(productsStart.get, group, plane),
          ],
        )
      })
    }
    forStrips(unit, (first) => {
      epilogue.moveTo((view) => grid.addressIn(view, pointerTo(view).get, tile.get))
      outOfPlanes.emit(products.pointers(builder, productsStart.get, first), halfway, epilogue)
    })
  })
  intoPlanes.end(halfway)
  return code
}
