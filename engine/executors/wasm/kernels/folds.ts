import type { DType } from '../../../dtype.ts'
import type { FoldName } from '../../../primitiveNames.ts'
import type { Code } from '../assembler/encoding.ts'
import { f32x4, i32, i32x4, memory, v128 } from '../assembler/instructions.ts'
import type { FunctionBuilder } from '../assembler/module.ts'
import { bytesPerElement, laneCount, storeLanes } from './lanes.ts'
import { emitLiteral } from './scalars.ts'

/** A fold of lanes: how to combine two vectors, and the neutral element. */
interface LaneFold {
  readonly float: (a: Code, b: Code) => Code
  readonly integer: (a: Code, b: Code) => Code
  /** Neutral elements. */
  readonly neutral: { readonly float: number; readonly integer: number }
}

/** Every fold; a missing one is a compile error. */
const laneFolds: Record<FoldName, LaneFold> = {
  sum: { float: f32x4.add, integer: i32x4.add, neutral: { float: 0, integer: 0 } },
  amax: {
    float: f32x4.max,
    integer: i32x4.max_s,
    neutral: { float: Number.NEGATIVE_INFINITY, integer: -(2 ** 31) },
  },
}

/** Returns the function that combines two vectors lane by lane. */
export function combineLanes(name: FoldName, dtype: DType): (a: Code, b: Code) => Code {
  return laneFolds[name][kindOf(dtype)]
}

/** Returns a vector of neutral elements: 0 for sums, the smallest number for maxima. */
export function neutralLanes(name: FoldName, dtype: DType): Code {
  const neutral = neutralOf(name, dtype)
  return neutral === 0 ? v128.zero : emitLiteral(neutral, dtype)
}

function neutralOf(name: FoldName, dtype: DType): number {
  return laneFolds[name].neutral[kindOf(dtype)]
}

function kindOf(dtype: DType): 'float' | 'integer' {
  return dtype === 'float32' ? 'float' : 'integer'
}

/** Sets `size` elements to the neutral element. */
export function clearFold(
  builder: FunctionBuilder,
  name: FoldName,
  dtype: DType,
  to: Code,
  size: number,
): void {
  if (neutralOf(name, dtype) === 0) {
    builder.emit(memory.fill(to, i32.const(0), i32.const(size * bytesPerElement)))
    return
  }
  const neutral = neutralLanes(name, dtype)
  const whole = Math.floor(size / laneCount)
  builder.loop(whole, laneCount * bytesPerElement, (offset) => {
    builder.emit(v128.store(i32.add(to, offset.get), neutral))
  })
  builder.emit(
    storeLanes(to, whole * laneCount * bytesPerElement, bytesPerElement, size % laneCount, neutral),
  )
}

/** Folds the four lanes of a vector; every lane of the result holds the fold. */
export function foldAcross(name: FoldName, dtype: DType, vector: Code): Code {
  const combine = combineLanes(name, dtype)
  const lane = (index: number) => i32x4.splat(i32x4.extract_lane(vector, index))
  return combine(combine(lane(0), lane(1)), combine(lane(2), lane(3)))
}

/** All bits set in the first `lanes` lanes. */
export function laneMask(lanes: number): Code {
  const bits = (lane: number) => (lane < lanes ? -1 : 0)
  return i32x4.const(bits(0), bits(1), bits(2), bits(3))
}
