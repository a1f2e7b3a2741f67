import type { View } from '../../../plan/view.ts'
import type { Code } from '../assembler/encoding.ts'
import { i32 } from '../assembler/instructions.ts'
import type { Local } from '../assembler/module.ts'
import { bytesPerElement } from './lanes.ts'

/** Moves a pointer by a number of bytes. */
export function advance(pointer: Local, bytes: number): Code {
  return bytes === 0 ? [] : pointer.set(i32.add(pointer.get, i32.const(bytes)))
}

/** base + Σ counter · bytes. */
export function at(base: Code, ...counts: readonly (readonly [{ readonly get: Code }, number])[]): Code {
  return counts.reduce((sum, [counter, bytes]) => i32.add(sum, i32.mul(counter.get, i32.const(bytes))), base)
}

/** A counter, the axis along which it counts, and the elements per count (default 1). */
export type Position = readonly [counter: { readonly get: Code }, axis: number, elements?: number]

/** Returns the address of an element of a view; `pointer` points to its value. */
export function addressIn(
  { offset, strides }: View,
  pointer: { readonly get: Code },
  ...positions: readonly Position[]
): Code {
  const start = offset === 0 ? pointer.get : i32.add(pointer.get, i32.const(offset * bytesPerElement))
  return at(
    start,
    ...positions.map(
      ([counter, axis, elements = 1]) => [counter, elements * strides[axis] * bytesPerElement] as const,
    ),
  )
}
