import type { Axis } from '../../../plan/nest.ts'
import { type Shape, sizeOf } from '../../../shape.ts'

/** Fewer elements than this are not worth sharing out among threads. */
const leastShared = 8192

/** A nest whose only loop is long is cut into at most so many pieces. */
const mostPieces = 64

/**
 * The nest with an outermost loop whose turns threads can share out, if it has one: at a turn each folded operand
 * (they are `folded`, by number) must move to another place.
 */
export function withUnitLoop(
  nest: readonly Axis[],
  shape: Shape,
  folded: readonly number[],
): Axis[] | undefined {
  const [first, ...inner] = nest
  if (sizeOf(shape) < leastShared || folded.some((operand) => first.strides[operand] === 0)) return undefined
  if (inner.length > 0) return [...nest]
  for (let pieces = mostPieces; pieces > 1; pieces--) {
    const length = first.length / pieces
    if (length % 8 !== 0) continue
    return [
      { length: pieces, strides: first.strides.map((stride) => stride * length) },
      { ...first, length },
    ]
  }
  return undefined
}
