import type { Order } from '../../../plan/view.ts'
import { type Shape, sizeOf } from '../../../shape.ts'

/** One loop of a nest: its length, and how far each operand moves at a turn. */
export interface Axis {
  readonly length: number
  readonly strides: readonly number[]
}

/**
 * The loops that walk a shape in an order, from the outermost: axes of length 1 left out, and neighbours that all
 * operands walk evenly made one. `strides[i]` are the strides of operand i along the axes of the shape.
 */
export function loopNest(shape: Shape, order: Order, strides: readonly (readonly number[])[]): Axis[] {
  const nest: Axis[] = []
  for (const axis of order) {
    if (shape[axis] === 1) continue
    const inner = { length: shape[axis], strides: strides.map((operand) => operand[axis]) }
    const outer = nest.at(-1)
    if (outer?.strides.every((stride, i) => stride === inner.strides[i] * inner.length)) {
      nest[nest.length - 1] = { length: outer.length * inner.length, strides: inner.strides }
    } else nest.push(inner)
  }
  return nest
}

/** Fewer elements than this are not worth sharing out among threads. */
const leastShared = 8192

/** A nest whose only loop is long is cut into at most so many pieces. */
const mostPieces = 64

/**
 * The nest with an outermost loop whose turns threads can share out, if it has one: at a turn each folded operand
 * (they are `folded`, by number) must move to another place.
 */
export function shareOut(nest: readonly Axis[], shape: Shape, folded: readonly number[]): Axis[] | undefined {
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
