import type { CallKernel } from '../../../plan/kernels.ts'
import { sizeOf } from '../../../shape.ts'
import type { Code } from '../assembler/encoding.ts'
import { i32, memory } from '../assembler/instructions.ts'
import type { Local } from '../assembler/module.ts'
import { beginKernel, type KernelCode } from './kernelCode.ts'
import { bytesPerElement } from './lanes.ts'
import { inPieces, Tile, tileColumns, tileRows } from './tile.ts'

interface Attributes {
  readonly stride: readonly [number, number]
  readonly dilation: readonly [number, number]
  readonly groups: number
}

/**
 * Weight gradient [R, S, K, C/groups] from padded maps [N, H, W, C] and gradient maps [N, H', W', K].
 *
 *     output = 0
 *     for each image
 *       for each tap r, s, and group
 *         for 6 filters                              ┐ one tile of the output,
 *           for 8 channels                           ┘ held in registers
 *             for each pixel: tile += g[pixel, 6 filters] ⊗ x[pixel at (r, s), 8 channels]
 *             output += tile
 *
 * One image at a time: its maps stay in the second-level cache, and sums of sums keep rounding errors small.
 */
export function weightGradientCode({ inputs: [maps, gradient], output, attributes }: CallKernel): KernelCode {
  const { stride, dilation, groups } = attributes as unknown as Attributes
  const [count, channels, height, width] = maps.shape
  const [, filters, gradientHeight, gradientWidth] = gradient.shape
  const [, depth, ...kernel] = output.shape
  const perGroup = filters / groups

  const pixel = channels * bytesPerElement
  const gradientPixel = filters * bytesPerElement

  const code = beginKernel([maps, gradient, output])
  const { builder, pointerTo } = code
  const image = pointerTo(maps)
  const gradientImage = pointerTo(gradient)
  const result = pointerTo(output)
  const [tap, target, column, row] = Array.from({ length: 4 }, () => builder.local('i32'))
  const advance = (pointer: Local, distance: number): Code =>
    distance === 0 ? [] : pointer.set(i32.add(pointer.get, i32.const(distance)))

  builder.emit(memory.fill(result.get, i32.const(0), i32.const(sizeOf(output.shape) * bytesPerElement)))
  builder.loop(count, 1, () => {
    builder.emit(target.set(result.get))
    builder.loop(kernel[0], dilation[0] * width * pixel, (tapRow) => {
      builder.loop(kernel[1], dilation[1] * pixel, (tapColumn) => {
        builder.loop(groups, 1, (group) => {
          const groupStart = i32.mul(group.get, i32.const(depth * bytesPerElement))
          const tapStart = i32.add(i32.add(tapRow.get, tapColumn.get), groupStart)
          builder.emit(tap.set(i32.add(image.get, tapStart)))
          inPieces(builder, perGroup, tileRows, bytesPerElement, (filterOffset, tileHeight) => {
            inPieces(builder, depth, tileColumns, bytesPerElement, (channelOffset, tileWidth) => {
              const tile = new Tile(builder, tileHeight, tileWidth)
              tile.clear()
              const groupFilters = i32.mul(group.get, i32.const(perGroup * bytesPerElement))
              builder.emit(
                column.set(i32.add(i32.add(gradientImage.get, groupFilters), filterOffset.get)),
                row.set(i32.add(tap.get, channelOffset.get)),
              )
              builder.loop(gradientHeight, 1, () => {
                builder.loop(gradientWidth, 1, () => {
                  tile.addProduct(column.get, (i) => i * bytesPerElement, row.get)
                  builder.emit(advance(column, gradientPixel), advance(row, stride[1] * pixel))
                })
                builder.emit(advance(row, (stride[0] * width - gradientWidth * stride[1]) * pixel))
              })
              const filterStart = i32.mul(filterOffset.get, i32.const(depth))
              builder.emit(row.set(i32.add(i32.add(target.get, filterStart), channelOffset.get)))
              tile.store(row.get, (i) => i * depth * bytesPerElement, { add: true })
            })
          })
          builder.emit(advance(target, perGroup * depth * bytesPerElement))
        })
      })
    })
    builder.emit(
      advance(image, height * width * pixel),
      advance(gradientImage, gradientHeight * gradientWidth * gradientPixel),
    )
  })
  return code
}
