import type { Shape } from '../shape.ts'
import type { Order } from './view.ts'

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
