import type { Shape } from '../shape.ts'
import type { Order } from './view.ts'

/** One loop of a nest: its length, and the stride of each operand per iteration. */
export interface Axis {
  readonly length: number
  readonly strides: readonly number[]
}

/**
 * Returns the loop nest over a shape in an order, the outermost loop first. Axes of length 1 are dropped, and neighbouring
 * axes are merged if the strides of all operands allow. `strides[i]` are the strides of operand i along the axes of the
 * shape.
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
