import type { Code } from '../assembler/encoding.ts'
import { i32, v128 } from '../assembler/instructions.ts'

/** Elements are four bytes: float32, int32, or bool as 0 and −1. */
export const bytesPerElement = 4

/** Elements in a 128-bit vector. */
export const laneCount = 4

/** `lanes` elements, `stride` bytes apart, from `pointer + offset`; the other lanes are 0, or repeat at stride 0. */
export function loadLanes(pointer: Code, offset: number, stride: number, lanes: number): Code {
  if (stride === 0) return v128.load32_splat(pointer, offset)
  if (stride === bytesPerElement && lanes === laneCount) return v128.load(pointer, offset)
  let vector: Code = v128.zero
  for (let lane = 0; lane < lanes; lane++) {
    vector = v128.load_lane(
      shifted(pointer, lane * stride),
      vector,
      lane,
      offset + Math.max(0, lane * stride),
    )
  }
  return vector
}

/** Writes the first `lanes` elements of a vector, `stride` bytes apart, to `pointer + offset`. */
export function storeLanes(pointer: Code, offset: number, stride: number, lanes: number, vector: Code): Code {
  if (stride === bytesPerElement && lanes === laneCount) return v128.store(pointer, vector, offset)
  return Array.from({ length: lanes }, (_, lane) =>
    v128.store_lane(shifted(pointer, lane * stride), vector, lane, offset + Math.max(0, lane * stride)),
  )
}

/** Immediate offsets cannot be negative: a backward step is added to the pointer. */
function shifted(pointer: Code, step: number): Code {
  return step < 0 ? i32.add(pointer, i32.const(step)) : pointer
}
