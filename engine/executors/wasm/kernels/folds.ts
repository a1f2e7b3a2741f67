import type { DType } from '../../../dtype.ts'
import type { Fold } from '../../../plan/kernels.ts'
import type { Code } from '../assembler/encoding.ts'
import { f32x4, i32, i32x4, memory, v128 } from '../assembler/instructions.ts'
import type { FunctionBuilder } from '../assembler/module.ts'
import { bytesPerElement, laneCount, storeLanes } from './lanes.ts'
import { emitLiteral } from './scalars.ts'

/** Folds lane by lane. */
export function combineLanes(name: Fold['name'], dtype: DType): (a: Code, b: Code) => Code {
  if (name === 'sum') return dtype === 'float32' ? f32x4.add : i32x4.add
  return dtype === 'float32' ? f32x4.max : i32x4.max_s
}

/** Lanes that change nothing when they are folded: 0, or the smallest number. */
export function neutralLanes(name: Fold['name'], dtype: DType): Code {
  if (name === 'sum') return v128.zero
  return emitLiteral(dtype === 'float32' ? Number.NEGATIVE_INFINITY : -(2 ** 31), dtype)
}

/** Sets `size` elements to what changes nothing. */
export function clearFold(
  builder: FunctionBuilder,
  name: Fold['name'],
  dtype: DType,
  to: Code,
  size: number,
): void {
  if (name === 'sum') {
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

/** The four lanes of a vector folded into one, in every lane. */
export function foldAcross(name: Fold['name'], dtype: DType, vector: Code): Code {
  const combine = combineLanes(name, dtype)
  const lane = (index: number) => i32x4.splat(i32x4.extract_lane(vector, index))
  return combine(combine(lane(0), lane(1)), combine(lane(2), lane(3)))
}

/** All bits set in the first `lanes` lanes. */
export function laneMask(lanes: number): Code {
  const bits = (lane: number) => (lane < lanes ? -1 : 0)
  return i32x4.const(bits(0), bits(1), bits(2), bits(3))
}
