import type { Code } from '../../assembler/encoding.ts'
import { f32x4, i32, v128 } from '../../assembler/instructions.ts'
import type { WasmCall } from '../calls.ts'
import { beginKernel, type CallContext, forUnits, type KernelCode } from '../kernelCode.ts'
import { bytesPerElement, laneCount } from '../lanes.ts'
import { advance, at } from '../pointers.ts'
import { Planes } from './planes.ts'
import { filteringOf } from './polyphase.ts'
import { storeBoth, Transform, transformLanes, transformScratchFloats } from './transform.ts'
import { type Filtering, transposed } from './winograd.ts'

/** Floats of one thread's scratch: intermediate results of the transform, and the planes of one channel. */
export function weightGradientScratchFloats(filtering: Filtering, filters: number): number {
  return transformScratchFloats(filtering.filterTransform) + new Planes(filtering).count * filters
}

/**
 * The end of a weight gradient: transforms sums [chunks, planes, C, K] to the gradient [3, 3, C, K].
 *
 *     for each channel                                   (the units)
 *       for each plane, eight filters: total = Σ over the chunks
 *       for each eight filters: output = Gᵀ total[planes] G
 */
export function winogradWeightGradientCode(
  { inputs: [sums, scratch], output, attributes }: WasmCall<'winogradWeightGradient'>,
  { modes: { relaxedSimd } }: CallContext,
): KernelCode {
  const filtering = filteringOf(attributes)
  const planes = new Planes(filtering)
  const [chunks, planeCount, channels, filters] = sums.shape
  const [chunkBytes, planeBytes, channelBytes] = sums.strides.map((stride) => stride * bytesPerElement)
  const code = beginKernel([sums, scratch, output], channels)
  const { builder, pointerTo, thread } = code
  const [halfway, totals, from, to] = Array.from({ length: 4 }, () => builder.local('i32'))
  const total = [builder.local('v128'), builder.local('v128')]
  const transform = new Transform(builder, transposed(filtering.filterTransform), relaxedSimd)
  const threadBytes = weightGradientScratchFloats(filtering, filters) * bytesPerElement
  builder.emit(
    halfway.set(at(pointerTo(scratch).get, [thread, threadBytes])),
    totals.set(
      i32.add(halfway.get, i32.const(transformScratchFloats(filtering.filterTransform) * bytesPerElement)),
    ),
  )
  const eight = transformLanes * bytesPerElement
  const halfBytes = laneCount * bytesPerElement
  /** Adds up pairwise, so that rounding errors do not accumulate. */
  const sumOf = (first: number, count: number, half: number): Code => {
    if (count === 1) return v128.load(from.get, first * chunkBytes + half * halfBytes)
    const before = Math.ceil(count / 2)
    return f32x4.add(sumOf(first, before, half), sumOf(first + before, count - before, half))
  }

  forUnits(builder, (channel) => {
    builder.loop(planeCount, 1, (plane) => {
      builder.emit(
        from.set(at(pointerTo(sums).get, [plane, planeBytes], [channel, channelBytes])),
        to.set(at(totals.get, [plane, channelBytes])),
      )
      builder.loop(filters / transformLanes, 1, () => {
        builder.emit(total[0].set(sumOf(0, chunks, 0)), total[1].set(sumOf(0, chunks, 1)))
        storeBoth(builder, to, 0, (half) => total[half].get)
        builder.emit(advance(from, eight), advance(to, eight))
      })
    })
    builder.emit(from.set(totals.get), to.set(at(pointerTo(output).get, [channel, channelBytes])))
    builder.loop(filters / transformLanes, 1, () => {
      transform.emit(
        (r, c, half) => v128.load(from.get, planes.numberOf(r, c) * channelBytes + half * halfBytes),
        (r, c, result) => storeBoth(builder, to, (r * 3 + c) * planeBytes, result),
        halfway,
      )
      builder.emit(advance(from, eight), advance(to, eight))
    })
  })
  return code
}
