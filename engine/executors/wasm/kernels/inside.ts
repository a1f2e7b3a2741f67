import type { Code } from '../assembler/encoding.ts'
import { i32, i32x4, v128 } from '../assembler/instructions.ts'
import type { FunctionBuilder, Local } from '../assembler/module.ts'
import { bytesPerElement, laneCount, loadLanes } from './lanes.ts'

/**
 * Where the pixels of maps lie amid the zeros around them. An input gradient has no products with these zeros. To multiply
 * them adds nothing as long as the other factors are finite, but 0 · ∞ is NaN. So kernels that are told what lies inside
 * search their weights first: if all are finite, they multiply the zeros too, which is faster than to ask of each pixel
 * where it lies.
 */
export type Inside = readonly [top: number, bottom: number, left: number, right: number]

/** Whether a pixel lies inside: from `top` and `left` on, and before `bottom` and `right`. */
export function liesInside(y: Code, x: Code, [top, bottom, left, right]: Inside): Code {
  const isWithin = (place: Code, first: number, end: number) =>
    i32.lt_u(i32.sub(place, i32.const(first)), i32.const(end - first))
  return i32.and(isWithin(y, top, bottom), isWithin(x, left, right))
}

/** All bits of an exponent: only ∞ and NaN have them. */
const exponent = 0x7f800000

/** Sets a new local to whether ∞ or NaN is among so many float32 numbers. */
export function findNonFinite(builder: FunctionBuilder, numbers: Code, count: number): Local {
  const [found, address] = [builder.local('i32'), builder.local('i32')]
  const marks = builder.local('v128')
  const bits = i32x4.splat(i32.const(exponent))
  const mark = (lanes: number) => {
    const vector = loadLanes(address.get, 0, bytesPerElement, lanes)
    builder.emit(marks.set(v128.or(marks.get, i32x4.eq(v128.and(vector, bits), bits))))
  }
  builder.emit(address.set(numbers), marks.set(v128.zero))
  builder.loop(Math.floor(count / laneCount), 1, () => {
    mark(laneCount)
    builder.emit(address.set(i32.add(address.get, i32.const(laneCount * bytesPerElement))))
  })
  if (count % laneCount > 0) mark(count % laneCount)
  builder.emit(found.set(v128.any_true(marks.get)))
  return found
}
