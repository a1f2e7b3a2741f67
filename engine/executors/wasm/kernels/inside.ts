import type { Code } from '../assembler/encoding.ts'
import { i32, i32x4, v128 } from '../assembler/instructions.ts'
import type { FunctionBuilder, Local } from '../assembler/module.ts'
import { bytesPerElement, laneCount, loadLanes } from './lanes.ts'

/**
 * The part of padded maps that is not padding. By definition, an input gradient has no products with padding. Multiplying
 * these zeros changes nothing if the weights are finite, but 0 · ∞ is NaN. So kernels with an `inside` check their weights
 * first: if all are finite, they multiply the padding too, which is faster than testing the position of each pixel.
 */
export type Inside = readonly [top: number, bottom: number, left: number, right: number]

/** Tests whether a pixel is inside: top ≤ y < bottom and left ≤ x < right. */
export function liesInside(y: Code, x: Code, [top, bottom, left, right]: Inside): Code {
  const isWithin = (coordinate: Code, first: number, end: number) =>
    i32.lt_u(i32.sub(coordinate, i32.const(first)), i32.const(end - first))
  return i32.and(isWithin(y, top, bottom), isWithin(x, left, right))
}

/** The exponent bits, which are all set in ∞ and NaN only. */
const exponent = 0x7f800000

/** Sets a new local to whether any of `count` float32 numbers is ∞ or NaN. */
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
