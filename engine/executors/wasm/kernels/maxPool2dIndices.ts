import type { Code } from '../assembler/encoding.ts'
import { control, f32x4, i32, i32x4, v128 } from '../assembler/instructions.ts'
import type { WasmCall } from './calls.ts'
import { beginKernel, type CallContext, forUnits, type KernelCode } from './kernelCode.ts'
import { bytesPerElement, laneCount, loadLanes, storeLanes } from './lanes.ts'
import { addressIn, at } from './pointers.ts'
import { inPieces } from './tile.ts'

/**
 * The index h·W + w of the first maximum of each window of maps [N, H, W, C], which counts as larger than any number if it is
 * NaN; −1 for a window that meets padding alone.
 *
 *     for each image and row of the output          (the units)
 *       for each pixel
 *         for each four channels: the first maximum over the taps inside the map, one vector per tap
 */
export function maxPool2dIndicesCode(
  { inputs: [x], output, attributes }: WasmCall<'maxPool2dIndices'>,
  { isFloat }: CallContext,
): KernelCode {
  const { kernel, stride, padding, dilation } = attributes
  const [count, channels, rows, columns] = output.shape
  const [height, width] = x.shape.slice(2)
  const code = beginKernel([x, output], count * rows)
  const { builder, pointerTo } = code
  const [image, row, top, left, from, to, tap] = Array.from({ length: 7 }, () => builder.local('i32'))
  const [best, candidate, larger, index] = Array.from({ length: 4 }, () => builder.local('v128'))
  const mayBeOutside = padding.some((length) => length > 0)
  const taps = Array.from({ length: kernel[0] * kernel[1] }, (_, i) => [
    Math.floor(i / kernel[1]) * dilation[0],
    (i % kernel[1]) * dilation[1],
  ])

  /** Whether the candidate is larger than the best so far, or there is none so far. */
  const isLarger = (): Code => {
    const [a, b] = [candidate.get, best.get]
    const exceeds = isFloat
      ? v128.or(f32x4.lt(b, a), v128.and(f32x4.ne(a, a), f32x4.eq(b, b)))
      : i32x4.lt_s(b, a)
    return mayBeOutside ? v128.or(exceeds, i32x4.eq(index.get, i32x4.splat(i32.const(-1)))) : exceeds
  }
  const isInside = ([down, right]: readonly number[]): Code =>
    i32.and(
      i32.lt_u(i32.add(top.get, i32.const(down)), i32.const(height)),
      i32.lt_u(i32.add(left.get, i32.const(right)), i32.const(width)),
    )

  forUnits(builder, (unit) => {
    builder.emit(
      image.set(i32.div_u(unit.get, i32.const(rows))),
      row.set(i32.rem_u(unit.get, i32.const(rows))),
      top.set(i32.sub(i32.mul(row.get, i32.const(stride[0])), i32.const(padding[0]))),
    )
    builder.loop(columns, 1, (column) => {
      builder.emit(left.set(i32.sub(i32.mul(column.get, i32.const(stride[1])), i32.const(padding[1]))))
      inPieces(builder, channels, laneCount, 1, (channel, lanes) => {
        builder.emit(
          from.set(addressIn(x, pointerTo(x), [image, 0], [top, 2], [left, 3], [channel, 1])),
          to.set(addressIn(output, pointerTo(output), [image, 0], [row, 2], [column, 3], [channel, 1])),
        )
        const take = ([down, right]: readonly number[], isFirst: boolean): Code => {
          const distance = (down * x.strides[2] + right * x.strides[3]) * bytesPerElement
          const position = at(i32.add(left.get, i32.const(down * width + right)), [top, width])
          return [
            // A corner outside of the map may lie before the memory, so that only the sum is an address.
            tap.set(i32.add(from.get, i32.const(distance))),
            candidate.set(loadLanes(tap.get, 0, x.strides[1] * bytesPerElement, lanes)),
            larger.set(isFirst ? i32x4.splat(i32.const(-1)) : isLarger()),
            best.set(v128.bitselect(candidate.get, best.get, larger.get)),
            index.set(v128.bitselect(i32x4.splat(position), index.get, larger.get)),
          ]
        }
        if (mayBeOutside) {
          builder.emit(index.set(i32x4.splat(i32.const(-1))))
          for (const each of taps) builder.emit(control.if(isInside(each), take(each, false)))
        } else taps.forEach((each, i) => void builder.emit(take(each, i === 0)))
        builder.emit(storeLanes(to.get, 0, output.strides[1] * bytesPerElement, lanes, index.get))
      })
    })
  })
  return code
}
