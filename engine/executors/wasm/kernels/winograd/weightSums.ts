import type { View } from '../../../../plan/view.ts'
import type { Shape } from '../../../../shape.ts'
import type { Code } from '../../assembler/encoding.ts'
import { control, i32, memory } from '../../assembler/instructions.ts'
import type { WasmCall } from '../calls.ts'
import { beginKernel, type CallContext, forUnits, type KernelCode } from '../kernelCode.ts'
import { bytesPerElement } from '../lanes.ts'
import { at } from '../pointers.ts'
import { type Division, divisionOf } from './division.ts'
import { PlaneBlock } from './planeBlock.ts'
import { Planes } from './planes.ts'
import { filteringOf } from './polyphase.ts'
import { storeTransposedProduct } from './products.ts'
import { halfwayFloats, type Strip, StripTransform, type TilePointers } from './strips.ts'
import { TileGrid } from './tiles.ts'
import { type Filtering, transposed } from './winograd.ts'

/** Floats after each row of transformed tiles: rows 1 KiB apart would compete for a few sets of the cache. */
const rowPadding = 16

/** What one thread computes at once, and where. */
interface Workspace extends Division {
  readonly planes: Planes
  readonly mapStrip: Strip
  readonly gradientStrip: Strip
  readonly mapPlanes: PlaneBlock
  readonly gradientPlanes: PlaneBlock
  /** Floats of intermediate results of a strip. */
  readonly halfway: number
}

function workspaceOf(filtering: Filtering, gradient: Shape, allChannels: number, threads: number): Workspace {
  const division = divisionOf(filtering, gradient, allChannels, threads)
  const planes = new Planes(filtering)
  const { block, parts } = division
  const [, filters] = gradient
  const channels = allChannels / parts
  const mapStrip = { tiles: block.strip, step: filtering.inputStep, channels }
  const gradientStrip = { ...mapStrip, step: filtering.outputStep, channels: filters }
  return {
    ...division,
    planes,
    mapStrip,
    gradientStrip,
    mapPlanes: new PlaneBlock(planes, block.tiles, channels + rowPadding),
    gradientPlanes: new PlaneBlock(planes, block.tiles, filters + rowPadding),
    halfway: Math.max(
      halfwayFloats(filtering.inputTransform, mapStrip),
      halfwayFloats(transposed(filtering.outputTransform), gradientStrip),
    ),
  }
}

/** Floats of one thread's scratch: a strip halfway, and a block of maps and gradients transformed. */
export function weightSumsScratchFloats(
  filtering: Filtering,
  gradient: Shape,
  channels: number,
  threads: number,
): number {
  const { halfway, mapPlanes, gradientPlanes } = workspaceOf(filtering, gradient, channels, threads)
  return halfway + mapPlanes.floats + gradientPlanes.floats
}

/**
 * Sums [chunks, planes, C, K] for the weight gradient of a 3×3 convolution, from padded maps [N, H', W', C] and gradient maps
 * [N, H, W, K]: the transpose of the forward method, Σ over tiles and copies (Bᵀ d B) ⊙ (A y Aᵀ).
 *
 *     for each chunk of the tiles, part of the channels      (the units)
 *       for each block of its tiles (m×m pixels of the gradient)
 *         for each strip: v[planes, tiles, copies] = Bᵀ d B and w[planes, tiles, copies] = A y Aᵀ
 *         for each plane: sums += vᵀ · w                     ([channels, tiles · copies] × [tiles · copies, filters])
 */
export function winogradWeightSumsCode(
  { inputs: [maps, gradient, scratch], output, attributes }: WasmCall<'winogradWeightSums'>,
  { modes: { relaxedSimd, threads, tile: largest } }: CallContext,
): KernelCode {
  const filtering = filteringOf(attributes)
  const [, planeCount, allChannels, filters] = output.shape
  const workspace = workspaceOf(filtering, gradient.shape, allChannels, threads)
  const { block, blocks, blocksInChunk, chunks, parts, planes } = workspace
  const { mapStrip, gradientStrip, mapPlanes, gradientPlanes } = workspace
  const grid = new TileGrid(filtering, gradient.shape)
  const { channels } = mapStrip

  const code = beginKernel([maps, gradient, scratch, output], chunks * parts)
  const { builder, pointerTo, thread } = code
  const locals = () => builder.local('i32')
  const [halfway, mapStart, gradientStart, sums, part, tile, from] = Array.from({ length: 7 }, locals)
  const threadFloats = weightSumsScratchFloats(filtering, gradient.shape, allChannels, threads)
  builder.emit(
    halfway.set(at(pointerTo(scratch).get, [thread, threadFloats * bytesPerElement])),
    mapStart.set(i32.add(halfway.get, i32.const(workspace.halfway * bytesPerElement))),
    gradientStart.set(i32.add(mapStart.get, i32.const(mapPlanes.floats * bytesPerElement))),
  )
  const filterBytes = filters * bytesPerElement
  const [partBytes, planeBytes] = [channels * filterBytes, allChannels * filterBytes]
  const mapTransform = new StripTransform(builder, filtering.inputTransform, mapStrip, relaxedSimd)
  const toGradientPlanes = transposed(filtering.outputTransform)
  const gradientTransform = new StripTransform(builder, toGradientPlanes, gradientStrip, relaxedSimd)

  /** Transforms the strip that begins with `tile`. */
  const intoPlanes = (
    transform: StripTransform,
    view: View,
    addressOf: (tile: Code) => Code,
    planes: TilePointers,
  ) => {
    builder.emit(from.set(addressOf(tile.get)))
    transform.emit(view, from, addressOf(grid.after(tile.get, block.strip)), halfway, planes)
  }
  const inMaps = (tile: Code) => {
    const pixel = grid.addressIn(maps, pointerTo(maps).get, tile, filtering.inputStep)
    return at(pixel, [part, channels * bytesPerElement])
  }
  const inGradient = (tile: Code) => grid.addressIn(gradient, pointerTo(gradient).get, tile)

  const addBlock = (number: Code) => {
    builder.loop(block.tiles / block.strip, block.strip, (first) => {
      builder.emit(tile.set(i32.add(i32.mul(number, i32.const(block.tiles)), first.get)))
      intoPlanes(mapTransform, maps, inMaps, mapPlanes.pointers(builder, mapStart.get, first))
      const pointers = gradientPlanes.pointers(builder, gradientStart.get, first)
      intoPlanes(gradientTransform, gradient, inGradient, pointers)
    })
    for (const group of planes.groups) {
      builder.loop(group.planes, 1, (plane) => {
        const firstSums = i32.add(sums.get, i32.const(group.first * planeBytes))
        storeTransposedProduct(
          builder,
          { rows: channels, depth: mapPlanes.rowsOf(group), columns: filters },
          { largest, relaxedSimd },
          [
            mapPlanes.plane(mapStart.get, group, plane),
            gradientPlanes.plane(gradientStart.get, group, plane),
            { start: at(firstSums, [plane, planeBytes]), rowBytes: filterBytes },
          ],
          { add: blocksInChunk > 1 },
        )
      })
    }
  }

  forUnits(builder, (unit) => {
    const chunk = { get: i32.div_u(unit.get, i32.const(parts)) }
    builder.emit(
      part.set(i32.rem_u(unit.get, i32.const(parts))),
      sums.set(at(pointerTo(output).get, [chunk, planeCount * planeBytes], [part, partBytes])),
    )
    if (blocksInChunk > 1) {
      builder.loop(planeCount, planeBytes, (plane) => {
        builder.emit(memory.fill(i32.add(sums.get, plane.get), i32.const(0), i32.const(partBytes)))
      })
    }
    builder.loop(blocksInChunk, 1, (inChunk) => {
      const number = at(inChunk.get, [chunk, blocksInChunk])
      const body = builder.block(() => addBlock(number))
      const isEven = blocks === chunks * blocksInChunk
      builder.emit(isEven ? body : control.if(i32.lt_u(number, i32.const(blocks)), body))
    })
  })
  mapTransform.end(halfway)
  gradientTransform.end(halfway)
  return code
}
