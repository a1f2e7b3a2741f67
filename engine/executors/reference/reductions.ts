import type { FoldName } from '../../primitiveNames.ts'
import { sizeOf } from '../../shape.ts'
import type { Kernel } from './kernel.ts'
import { permuted } from './movement.ts'

/** Reduces the elements from `start` to before `end` of an array to one number. */
type Reduce = (values: Float64Array, start: number, end: number) => number

/** Moves the reduced axes to the end, and reduces each row. */
function reduction(reduce: Reduce): Kernel<FoldName | 'argmax'> {
  return ([x], { attributes, shape }) => {
    const reduced = 'axes' in attributes ? attributes.axes : [attributes.axis]
    const kept = x.shape.flatMap((_, axis) => (reduced.includes(axis) ? [] : [axis]))
    const rows = permuted(x, [...kept, ...reduced])
    const length = sizeOf(reduced.map((axis) => x.shape[axis]))
    return Float64Array.from({ length: sizeOf(shape) }, (_, row) =>
      reduce(rows, row * length, (row + 1) * length),
    )
  }
}

export const sum = reduction((values, start, end) => {
  let total = 0
  for (let i = start; i < end; i++) total += values[i]
  return total
})

export const amax = reduction((values, start, end) => {
  let largest = -Infinity
  for (let i = start; i < end; i++) largest = Math.max(largest, values[i])
  return largest
})

/** The first of equal elements; NaN counts as the largest, as in PyTorch. */
export const argmax = reduction((values, start, end) => {
  let best = start
  for (let i = start; i < end; i++) if (exceeds(values[i], values[best])) best = i
  return best - start
})

/** Returns whether a is larger than b; NaN is larger than every number. */
export function exceeds(a: number, b: number): boolean {
  return a > b || (Number.isNaN(a) && !Number.isNaN(b))
}
