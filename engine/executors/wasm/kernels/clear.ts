import type { ClearKernel } from '../../../plan/kernels.ts'
import { loopNest } from '../../../plan/nest.ts'
import { orderOf, type View } from '../../../plan/view.ts'
import { sizeOf } from '../../../shape.ts'
import { i32, memory } from '../assembler/instructions.ts'
import { beginKernel, forUnits, type KernelCode } from './kernelCode.ts'
import { bytesPerElement } from './lanes.ts'
import { advance, at } from './pointers.ts'
import { onPiece } from './tile.ts'

/** Sets a value of `size` elements to zero, or only the frame around the part that will be overwritten. */
export function clearCode({ value, except }: ClearKernel, size: number): KernelCode {
  const frame = except && frameOf(except, size)
  return frame === undefined ? clearWhole(value, size) : clearFrame(value, frame)
}

/** Returns the part of a value of `size` elements that clearing it leaves alone, if any. */
export function sparedBy({ except }: ClearKernel, size: number): View | undefined {
  return except && frameOf(except, size) && except
}

/** Bytes that one unit sets to zero. */
const unitBytes = 1 << 16

function clearWhole(value: number, size: number): KernelCode {
  const whole = { value }
  const bytes = size * bytesPerElement
  const code = beginKernel([whole], Math.ceil(bytes / unitBytes))
  const { builder, pointerTo } = code
  forUnits(builder, (unit) => {
    onPiece(builder, unit, bytes, unitBytes, (length) => {
      builder.emit(memory.fill(at(pointerTo(whole).get, [unit, unitBytes]), i32.const(0), i32.const(length)))
    })
  })
  return code
}

/**
 * Blocks of equal layout, all lengths in bytes:
 *
 *     ┌──────────────────┐  before: up to the first run
 *     │   ┌──────────┐   │
 *     │   │   run    │   │  rows runs, with gaps between them: the end of one row and the start of the next
 *     │   │   run    │   │
 *     │   └──────────┘   │  after: the rest of the block
 *     └──────────────────┘
 */
interface Frame {
  readonly blocks: number
  readonly blockBytes: number
  readonly before: number
  readonly rows: number
  readonly runBytes: number
  readonly gapBytes: number
}

/** Returns the frame around a part, or undefined if the part does not have this layout. */
function frameOf(except: NonNullable<ClearKernel['except']>, size: number): Frame | undefined {
  if (sizeOf(except.shape) === 0) return undefined
  const nest = loopNest(except.shape, orderOf(except), [except.strides]).map(({ length, strides }) => ({
    length,
    stride: strides[0] * bytesPerElement,
  }))
  if (nest.length < 2 || nest.length > 3 || nest.at(-1)!.stride !== bytesPerElement) return undefined
  const bytes = size * bytesPerElement
  const [images, rows, run] = nest.length === 3 ? nest : [{ length: 1, stride: bytes }, ...nest]
  const runBytes = run.length * bytesPerElement
  const before = except.offset * bytesPerElement
  const reach = before + (rows.length - 1) * rows.stride + runBytes
  if (images.length * images.stride !== bytes || reach > images.stride || rows.stride < runBytes) {
    return undefined
  }
  return {
    blocks: images.length,
    blockBytes: images.stride,
    before,
    rows: rows.length,
    runBytes,
    gapBytes: rows.stride - runBytes,
  }
}

function clearFrame(value: number, frame: Frame): KernelCode {
  const { blocks, blockBytes, before, rows, runBytes, gapBytes } = frame
  const whole = { value }
  const code = beginKernel([whole], blocks)
  const { builder, pointerTo } = code
  const position = builder.local('i32')
  const clear = (bytes: number) => {
    if (bytes > 0) builder.emit(memory.fill(position.get, i32.const(0), i32.const(bytes)))
  }
  forUnits(builder, (block) => {
    builder.emit(position.set(at(pointerTo(whole).get, [block, blockBytes])))
    clear(before)
    builder.emit(advance(position, before + runBytes))
    builder.loop(rows - 1, 1, () => {
      clear(gapBytes)
      builder.emit(advance(position, gapBytes + runBytes))
    })
    clear(blockBytes - before - rows * runBytes - (rows - 1) * gapBytes)
  })
  return code
}
