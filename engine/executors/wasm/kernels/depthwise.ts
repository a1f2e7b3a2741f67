import type { View } from '../../../plan/view.ts'
import { type Shape, sizeOf } from '../../../shape.ts'
import type { Code } from '../assembler/encoding.ts'
import { control, f32x4, i32, v128 } from '../assembler/instructions.ts'
import type { FunctionBuilder, Local } from '../assembler/module.ts'
import type { WasmCall, WasmCalls } from './calls.ts'
import { EpilogueWriter, epilogueViews } from './epilogue.ts'
import { findNonFinite, type Inside, liesInside } from './inside.ts'
import { beginKernel, type CallContext, forUnits, type KernelCode } from './kernelCode.ts'
import { bytesPerElement, laneCount, loadLanes, storeLanes } from './lanes.ts'
import { addressIn, advance, at } from './pointers.ts'
import { inPieces, multiplyAdd } from './tile.ts'
import {
  addToTotals,
  bytesPerTotal,
  clearTotals,
  cutOfProduct,
  longestChain,
  roundedTotals,
} from './totals.ts'

/** Channels in two adjacent vectors, which V8 may merge into one of 256 bits. */
const channelsAtOnce = 2 * laneCount

/** Taps of eight channels that stay in registers; further ones are loaded for every pixel. */
const tapsInRegisters = 12

/** One vector of a pair, and the number of its lanes in use. */
interface Half {
  readonly half: number
  readonly lanes: number
}

/**
 * Depthwise convolution of padded maps [N, H, W, C] with filters packed as [R, S, C], one for each channel.
 *
 *     for each image and row of the output          (the units)
 *       for each eight channels                     (the taps of their filters stay in registers)
 *         for each pixel: y = Σ over taps of x[pixel at the tap] · w[tap]     (in blocks, if there are many)
 *
 * If `inside` is given and a filter is not finite, pixels outside are skipped.
 */
export function depthwiseConvolveCode(
  kernel: WasmCall<'depthwiseConvolve'>,
  { modes: { relaxedSimd } }: CallContext,
): KernelCode {
  const {
    inputs: [maps, packed],
    output,
  } = kernel
  const { attributes } = kernel
  const { stride, dilation, window, inside } = attributes
  const [count, channels, height, width] = output.shape
  const taps = tapOffsets(maps, attributes)
  const code = beginKernel([maps, packed, ...epilogueViews(kernel)], count * height)
  const { builder, pointerTo } = code
  const epilogue = new EpilogueWriter(builder, kernel)
  const sumUp = multiplyAdd(relaxedSimd)
  const [image, row, from, filter] = Array.from({ length: 4 }, () => builder.local('i32'))
  const weights = Array.from({ length: Math.min(taps.length, tapsInRegisters) }, () => pairOf(builder))
  const [sums, blocks] = [pairOf(builder), pairOf(builder)]
  const isNonFinite = inside && findNonFinite(builder, pointerTo(packed).get, sizeOf(packed.shape))

  /** Whether this tap of an output pixel falls inside. */
  const seesInside = (tap: number, inside: Inside, ...pixel: [Local, Local]): Code => {
    const taps = [Math.floor(tap / window[1]), tap % window[1]]
    const [y, x] = pixel.map((at, axis) =>
      i32.add(i32.mul(at.get, i32.const(stride[axis])), i32.const(taps[axis] * dilation[axis])),
    )
    return liesInside(y, x, inside)
  }

  forUnits(builder, (unit) => {
    builder.emit(
      image.set(i32.div_u(unit.get, i32.const(height))),
      row.set(i32.rem_u(unit.get, i32.const(height))),
    )
    inPieces(builder, channels, channelsAtOnce, 1, (channel, piece) => {
      const halves = halvesOf(piece)
      const weightOf = (tap: number, half: Half) => load(filter, tap * channels * bytesPerElement, half)
      builder.emit(
        from.set(addressIn(maps, pointerTo(maps), [image, 0], [channel, 1], [row, 2, stride[0]])),
        filter.set(at(pointerTo(packed).get, [channel, bytesPerElement])),
      )
      weights.forEach((pair, tap) => {
        builder.emit(...halves.map((half) => pair[half.half].set(weightOf(tap, half))))
      })
      epilogue.moveTo((view) => addressIn(view, pointerTo(view), [image, 0], [channel, 1], [row, 2]))
      const pixels = (insideOnly?: Inside) =>
        builder.loop(width, 1, (pixel) => {
          taps.forEach((offset, tap) => {
            const isFirst = tap % longestChain === 0
            const terms = (start: boolean) =>
              halves.map((half) => {
                const [sum, x] = [sums[half.half], load(from, offset, half)]
                const weight = weights[tap]?.[half.half].get ?? weightOf(tap, half)
                return sum.set(start ? f32x4.mul(x, weight) : sumUp(x, weight, sum.get))
              })
            if (insideOnly) {
              if (isFirst) builder.emit(...halves.map(({ half }) => sums[half].set(v128.zero)))
              builder.emit(control.if(seesInside(tap, insideOnly, row, pixel), terms(false)))
            } else builder.emit(...terms(isFirst))
            if (taps.length <= longestChain || ((tap + 1) % longestChain > 0 && tap < taps.length - 1)) return
            const isFirstBlock = tap < longestChain
            builder.emit(
              ...halves.map(({ half }) => {
                const [sum, block] = [sums[half].get, blocks[half]]
                return block.set(isFirstBlock ? sum : f32x4.add(block.get, sum))
              }),
            )
          })
          const results = taps.length <= longestChain ? sums : blocks
          epilogue.write(
            (half) => results[half].get,
            piece,
            () => 0,
          )
          builder.emit(advance(from, stride[1] * maps.strides[3] * bytesPerElement))
          epilogue.advance(({ strides }) => strides[3])
        })
      if (isNonFinite === undefined) pixels()
      else {
        const [some, all] = [builder.block(() => pixels(inside)), builder.block(() => pixels())]
        builder.emit(control.if(isNonFinite.get, some, all))
      }
    })
  })
  return code
}

/**
 * Weight gradients of single images [N, R, S, C], from padded maps [N, H, W, C] and gradient maps [N, H', W', C].
 *
 *     for each image                                (the units)
 *       for each eight channels
 *         for each pixel: sums[tap] += x[pixel at the tap] · g[pixel]       (all sums in registers; in blocks, if many)
 */
export function depthwiseWeightGradientCode(
  { inputs: [maps, gradient, scratch], output, attributes }: WasmCall<'depthwiseWeightGradient'>,
  { modes: { relaxedSimd } }: CallContext,
): KernelCode {
  const { stride } = attributes
  const [count, channels, height, width] = gradient.shape
  const taps = tapOffsets(maps, attributes)
  const code = beginKernel([maps, gradient, output, ...(scratch ? [scratch] : [])], count)
  const { builder, pointerTo, thread } = code
  const sumUp = multiplyAdd(relaxedSimd)
  const [from, cotangent, to, totals] = Array.from({ length: 4 }, () => builder.local('i32'))
  const sums = taps.map(() => pairOf(builder))
  const factor = pairOf(builder)
  const bytes = (view: View, axis: number) => view.strides[axis] * bytesPerElement
  const cut = scratch && cutOfProduct([height, width])
  const totalsOf = (tap: number, half: number) => (tap * channelsAtOnce + half * laneCount) * bytesPerTotal
  if (scratch)
    builder.emit(totals.set(at(pointerTo(scratch).get, [thread, scratch.shape[1] * bytesPerElement])))

  forUnits(builder, (image) => {
    inPieces(builder, channels, channelsAtOnce, 1, (channel, piece) => {
      const halves = halvesOf(piece)
      builder.emit(
        from.set(addressIn(maps, pointerTo(maps), [image, 0], [channel, 1])),
        cotangent.set(addressIn(gradient, pointerTo(gradient), [image, 0], [channel, 1])),
        to.set(
          at(
            pointerTo(output).get,
            [image, taps.length * channels * bytesPerElement],
            [channel, bytesPerElement],
          ),
        ),
      )
      const clear = () => {
        for (const pair of sums) builder.emit(...halves.map(({ half }) => pair[half].set(v128.zero)))
      }
      const inBlocks = (depth: number, length: number, iterations: (count: number) => void) => {
        if (cut?.depth !== depth) {
          iterations(length)
          return
        }
        inPieces(builder, length, cut.iterations, 1, (_, count) => {
          iterations(count)
          sums.forEach((pair, tap) => {
            builder.emit(
              ...halves.map(({ half }) => addToTotals(pair[half], totals.get, totalsOf(tap, half))),
            )
          })
          clear()
        })
      }
      clear()
      if (cut) builder.emit(clearTotals(totals.get, taps.length * channelsAtOnce))
      inBlocks(0, height, (lines) => {
        builder.loop(lines, 1, () => {
          inBlocks(1, width, (pixels) => {
            builder.loop(pixels, 1, () => {
              builder.emit(...halves.map((half) => factor[half.half].set(load(cotangent, 0, half))))
              taps.forEach((offset, tap) => {
                const terms = halves.map((half) => {
                  const sum = sums[tap][half.half]
                  return sum.set(sumUp(load(from, offset, half), factor[half.half].get, sum.get))
                })
                builder.emit(...terms)
              })
              builder.emit(advance(from, stride[1] * bytes(maps, 3)), advance(cotangent, bytes(gradient, 3)))
            })
          })
          builder.emit(
            advance(from, stride[0] * bytes(maps, 2) - width * stride[1] * bytes(maps, 3)),
            advance(cotangent, bytes(gradient, 2) - width * bytes(gradient, 3)),
          )
        })
      })
      sums.forEach((pair, tap) => {
        if (cut) {
          builder.emit(
            ...halves.map(({ half }) => pair[half].set(roundedTotals(totals.get, totalsOf(tap, half)))),
          )
        }
        const stores = halves.map(({ half, lanes }) => {
          const offset = (tap * channels + half * laneCount) * bytesPerElement
          return storeLanes(to.get, offset, bytesPerElement, lanes, pair[half].get)
        })
        builder.emit(...stores)
      })
    })
  })
  return code
}

/** Floats of one thread's scratch for the totals of weight gradients; 0 for short sums. */
export function depthwiseTotalsFloats({ shape: [, , ...size] }: View, window: Shape): number {
  if (cutOfProduct(size) === undefined) return 0
  return (sizeOf(window) * channelsAtOnce * bytesPerTotal) / bytesPerElement
}

/** Returns the distance of each tap from the window's first pixel, in bytes. */
function tapOffsets({ strides }: View, { window, dilation }: WasmCalls['depthwiseConvolve']): number[] {
  const [rows, columns] = window
  return Array.from({ length: rows * columns }, (_, tap) => {
    const [row, column] = [Math.floor(tap / columns), tap % columns]
    return (row * dilation[0] * strides[2] + column * dilation[1] * strides[3]) * bytesPerElement
  })
}

function halvesOf(channels: number): Half[] {
  return [0, 1]
    .map((half) => ({ half, lanes: Math.min(laneCount, channels - half * laneCount) }))
    .filter(({ lanes }) => lanes > 0)
}

function load(pointer: Local, offset: number, { half, lanes }: Half) {
  return loadLanes(pointer.get, offset + half * laneCount * bytesPerElement, bytesPerElement, lanes)
}

function pairOf(builder: FunctionBuilder): [Local, Local] {
  return [builder.local('v128'), builder.local('v128')]
}
