import { sizeOf } from '../../shape.ts'
import { aroundAxis, type Kernel, type Operand } from './kernel.ts'

/**
 * Calls `visit` for each element of `index` with its position, and the position that it points at in a tensor of `length`
 * along the axis, or −1 if it is out of range.
 */
function forEachIndexed(
  index: Operand,
  axis: number,
  length: number,
  visit: (position: number, pointed: number) => void,
): void {
  const { outer, length: count, inner } = aroundAxis(index.shape, axis)
  let position = 0
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < count; i++) {
      for (let n = 0; n < inner; n++, position++) {
        const along = index.values[position]
        visit(position, along >= 0 && along < length ? (o * length + along) * inner + n : -1)
      }
    }
  }
}

/** NaN for an index out of range; 0 for integers, which have no NaN. */
export const gather: Kernel<'gather'> = ([x, index], { attributes, shape }) => {
  const axis = attributes.axis
  const output = new Float64Array(sizeOf(shape))
  forEachIndexed(index, axis, x.shape[axis], (position, pointed) => {
    output[position] = pointed < 0 ? Number.NaN : x.values[pointed]
  })
  return output
}

export const scatterAdd: Kernel<'scatterAdd'> = ([source, index], { attributes, shape }) => {
  const output = new Float64Array(sizeOf(shape))
  forEachIndexed(index, attributes.axis, attributes.length, (position, pointed) => {
    if (pointed >= 0) output[pointed] += source.values[position]
  })
  return output
}
