import type { Code } from '../assembler/encoding.ts'
import { i32, v128 } from '../assembler/instructions.ts'

/** Elements are four bytes: float32, int32, or bool as 0 and −1. */
export const bytesPerElement = 4

/** Elements in a 128-bit vector. */
export const laneCount = 4

/** Loads `lanes` elements, `stride` bytes apart, from `pointer + offset`. Other lanes are 0, or equal at stride 0. */
export function loadLanes(pointer: Code, offset: number, stride: number, lanes: number): Code {
  if (stride === 0) return v128.load32_splat(...reach(pointer, offset))
  if (stride === bytesPerElement && lanes === laneCount) return v128.load(...reach(pointer, offset))
  let vector: Code = v128.zero
  for (let lane = 0; lane < lanes; lane++) {
    const [address, ahead] = reach(pointer, offset + lane * stride)
    vector = v128.load_lane(address, vector, lane, ahead)
  }
  return vector
}

/** Stores the first `lanes` elements of a vector, `stride` bytes apart, at `pointer + offset`. */
export function storeLanes(pointer: Code, offset: number, stride: number, lanes: number, vector: Code): Code {
  if (stride === bytesPerElement && lanes === laneCount) {
    const [address, ahead] = reach(pointer, offset)
    return v128.store(address, vector, ahead)
  }
  return Array.from({ length: lanes }, (_, lane) => {
    const [address, ahead] = reach(pointer, offset + lane * stride)
    return v128.store_lane(address, vector, lane, ahead)
  })
}

/** Splits an offset into an address and an immediate, which cannot be negative: a negative offset is added to the address. */
function reach(pointer: Code, offset: number): readonly [address: Code, ahead: number] {
  return offset < 0 ? [i32.add(pointer, i32.const(offset)), 0] : [pointer, offset]
}
