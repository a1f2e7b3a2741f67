import { i32 } from '../../assembler/instructions.ts'
import type { WasmCall } from '../calls.ts'
import { beginKernel, type CallContext, forUnits, type KernelCode } from '../kernelCode.ts'
import { bytesPerElement, laneCount, loadLanes } from '../lanes.ts'
import { advance, at } from '../pointers.ts'
import { Planes } from './planes.ts'
import { filteringOf } from './polyphase.ts'
import { storeBoth, Transform, transformLanes, transformScratchFloats } from './transform.ts'

/**
 * Transforms filters [1, K, C, 3, 3], of any strides, to G g Gᵀ, packed as [planes, K / columns, C, columns]. All planes are
 * written at once, so they should not lie a power of two apart.
 *
 *     for each block of filters, channel            (the units)
 *       for eight filters of the block: u[planes] = G g Gᵀ
 */
export function winogradFiltersCode(
  { inputs: [filters, scratch], output, attributes }: WasmCall<'winogradFilters'>,
  { modes: { relaxedSimd } }: CallContext,
): KernelCode {
  const filtering = filteringOf(attributes)
  const planes = new Planes(filtering)
  const [, blocks, channels, columns] = output.shape
  const [, filterStride, channelStride, rowStride, columnStride] = filters.strides.map(
    (s) => s * bytesPerElement,
  )
  const code = beginKernel([filters, scratch, output], blocks * channels)
  const { builder, pointerTo, thread } = code
  const [from, to, halfway] = Array.from({ length: 3 }, () => builder.local('i32'))
  const transform = new Transform(builder, filtering.filterTransform, relaxedSimd)
  const plane = output.strides[0] * bytesPerElement
  const start = i32.add(pointerTo(filters).get, i32.const(filters.offset * bytesPerElement))
  builder.emit(
    halfway.set(
      at(pointerTo(scratch).get, [
        thread,
        transformScratchFloats(filtering.filterTransform) * bytesPerElement,
      ]),
    ),
  )
  forUnits(builder, (unit) => {
    const block = { get: i32.div_u(unit.get, i32.const(channels)) }
    const channel = { get: i32.rem_u(unit.get, i32.const(channels)) }
    builder.emit(
      from.set(at(start, [block, columns * filterStride], [channel, channelStride])),
      to.set(at(pointerTo(output).get, [unit, columns * bytesPerElement])),
    )
    builder.loop(columns / transformLanes, 1, () => {
      transform.emit(
        (r, c, half) => {
          const tap = i32.add(from.get, i32.const(r * rowStride + c * columnStride))
          return loadLanes(tap, half * laneCount * filterStride, filterStride, laneCount)
        },
        (r, c, result) => storeBoth(builder, to, planes.numberOf(r, c) * plane, result),
        halfway,
      )
      builder.emit(
        advance(from, transformLanes * filterStride),
        advance(to, transformLanes * bytesPerElement),
      )
    })
  })
  return code
}
