import type { Axis } from '../../../plan/nest.ts'
import { type Shape, sizeOf } from '../../../shape.ts'

/** Loops over fewer elements than this run as one unit. */
const leastShared = 8192

/** The most units that a nest of one long loop is divided into. */
const mostPieces = 64

/**
 * Returns the nest with an outermost loop whose iterations can be units, or undefined if there is none. In each iteration
 * the `folded` operands (by number) must move, so that units write to disjoint memory.
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
