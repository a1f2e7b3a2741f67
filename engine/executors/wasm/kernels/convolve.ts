import type { CallKernel } from '../../../plan/kernels.ts'
import type { Code } from '../assembler/encoding.ts'
import { i32 } from '../assembler/instructions.ts'
import type { Local } from '../assembler/module.ts'
import { beginKernel, type KernelCode } from './kernelCode.ts'
import { bytesPerElement } from './lanes.ts'
import { inPieces, Tile, tileColumns, tileRows } from './tile.ts'

interface Attributes {
  readonly stride: readonly [number, number]
  readonly dilation: readonly [number, number]
  readonly kernel: readonly [number, number]
  /** Filters in a group. */
  readonly filters: number
}

/**
 * Convolution of padded maps [N, H, W, C] with packed filters [groups, blocks, R, S, C/groups, 8].
 *
 *     for each group, image
 *       for each block of 8 filters                  (its weights stay in the first-level cache)
 *         for each output row
 *           for 6 pixels of it                       ┐ one tile of the output,
 *             for each tap r, s and channel c        ┘ held in registers
 *               tile += x[6 pixels at (r, s), c] ⊗ w[r, s, c, 8 filters]
 *
 * Without dilation and groups, the taps of a filter's row and their channels are one run of S·C floats.
 */
export function convolveCode({ inputs: [maps, packed], output, attributes }: CallKernel): KernelCode {
  const { stride, dilation, kernel, filters } = attributes as unknown as Attributes
  const [count, channels, height, width] = maps.shape
  const [, totalFilters, outputHeight, outputWidth] = output.shape
  const [groups, , , , depth] = packed.shape
  const [taps, run] = groups === 1 && dilation[1] === 1 ? [1, kernel[1] * depth] : [kernel[1], depth]

  const pixel = channels * bytesPerElement
  const pixelStep = stride[1] * pixel
  const outputPixel = totalFilters * bytesPerElement
  const blockBytes = kernel[0] * kernel[1] * depth * tileColumns * bytesPerElement

  const code = beginKernel([maps, packed, output])
  const { builder, pointerTo } = code
  const image = pointerTo(maps)
  const weights = pointerTo(packed)
  const result = pointerTo(output)
  const [row, resultRow, column, lane] = Array.from({ length: 4 }, () => builder.local('i32'))
  const advance = (pointer: Local, distance: number): Code =>
    distance === 0 ? [] : pointer.set(i32.add(pointer.get, i32.const(distance)))

  const sumOneTile = (tile: Tile) => {
    tile.clear()
    builder.loop(kernel[0], 1, () => {
      builder.loop(taps, 1, () => {
        builder.loop(run, 1, () => {
          tile.addProduct(column.get, (i) => i * pixelStep, lane.get)
          builder.emit(advance(column, bytesPerElement), advance(lane, tileColumns * bytesPerElement))
        })
        builder.emit(advance(column, taps === 1 ? 0 : dilation[1] * pixel - run * bytesPerElement))
      })
      const walked = taps === 1 ? run * bytesPerElement : taps * dilation[1] * pixel
      builder.emit(advance(column, dilation[0] * width * pixel - walked))
    })
  }

  builder.loop(groups, 1, () => {
    builder.loop(count, 1, () => {
      inPieces(builder, filters, tileColumns, bytesPerElement, (filterOffset, tileWidth) => {
        builder.emit(row.set(image.get), resultRow.set(i32.add(result.get, filterOffset.get)))
        builder.loop(outputHeight, 1, () => {
          inPieces(builder, outputWidth, tileRows, 1, (firstPixel, tileHeight) => {
            const tile = new Tile(builder, tileHeight, tileWidth)
            const block = i32.mul(filterOffset.get, i32.const(blockBytes / tileColumns / bytesPerElement))
            builder.emit(
              column.set(i32.add(row.get, i32.mul(firstPixel.get, i32.const(pixelStep)))),
              lane.set(i32.add(weights.get, block)),
            )
            sumOneTile(tile)
            builder.emit(column.set(i32.add(resultRow.get, i32.mul(firstPixel.get, i32.const(outputPixel)))))
            tile.store(column.get, (i) => i * outputPixel)
          })
          builder.emit(advance(row, stride[0] * width * pixel), advance(resultRow, outputWidth * outputPixel))
        })
      })
      builder.emit(
        advance(image, height * width * pixel),
        advance(result, outputHeight * outputWidth * outputPixel),
      )
    })
    builder.emit(
      advance(image, depth * bytesPerElement - count * height * width * pixel),
      advance(result, filters * bytesPerElement - count * outputHeight * outputWidth * outputPixel),
      advance(weights, packed.shape[1] * blockBytes),
    )
  })
  return code
}
