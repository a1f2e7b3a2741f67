import { equalShapes, rowMajorStrides, type Shape, sizeOf } from '../../shape.ts'
import { aroundAxis, type Kernel, type Operand } from './kernel.ts'

/** Calls `visit` with Σ indexₐ strideₐ + offset for the first element of every row along the last axis, in row-major order. */
function forEachRow(
  shape: Shape,
  strides: readonly number[],
  offset: number,
  visit: (start: number) => void,
): void {
  const walk = (axis: number, start: number) => {
    if (axis >= shape.length - 1) visit(start)
    else for (let i = 0; i < shape[axis]; i++) walk(axis + 1, start + i * strides[axis])
  }
  walk(0, offset)
}

/** `output[index] = x[offset + Σ indexₐ strideₐ]`. */
function readStrided(x: Float64Array, shape: Shape, strides: readonly number[], offset = 0): Float64Array {
  const output = new Float64Array(sizeOf(shape))
  const length = shape.at(-1) ?? 1
  const step = strides.at(-1) ?? 0
  let next = 0
  forEachRow(shape, strides, offset, (start) => {
    for (let i = 0; i < length; i++) output[next++] = x[start + i * step]
  })
  return output
}

/** Broadcasts elements to a shape: repeats axes of length 1, and adds axes in front. */
export function broadcast({ values, shape: from }: Operand, shape: Shape): Float64Array {
  if (equalShapes(from, shape)) return values
  const missing = shape.length - from.length
  const strides = rowMajorStrides(from)
  return readStrided(
    values,
    shape,
    shape.map((_, axis) => (axis < missing || from[axis - missing] === 1 ? 0 : strides[axis - missing])),
  )
}

/** Permutes axes: output axis i is input axis `order[i]`. */
export function permuted({ values, shape }: Operand, order: readonly number[]): Float64Array {
  const strides = rowMajorStrides(shape)
  return readStrided(
    values,
    order.map((axis) => shape[axis]),
    order.map((axis) => strides[axis]),
  )
}

/** Returns the offset and strides of a slice of a row-major tensor. */
function sliceOf(shape: Shape, starts: readonly number[], steps: readonly number[]) {
  const strides = rowMajorStrides(shape)
  return {
    offset: strides.reduce((sum, stride, axis) => sum + stride * starts[axis], 0),
    strides: strides.map((stride, axis) => stride * steps[axis]),
  }
}

export const reshape: Kernel<'reshape'> = ([x]) => x.values

export const permute: Kernel<'permute'> = ([x], { attributes }) => permuted(x, attributes.order)

export const broadcastTo: Kernel<'broadcastTo'> = ([x], { shape }) => broadcast(x, shape)

export const slice: Kernel<'slice'> = ([x], { attributes, shape }) => {
  const { offset, strides } = sliceOf(x.shape, attributes.starts, attributes.steps)
  return readStrided(x.values, shape, strides, offset)
}

export const embed: Kernel<'embed'> = ([x], { attributes, shape }) => {
  const { offset, strides } = sliceOf(shape, attributes.starts, attributes.steps)
  const output = new Float64Array(sizeOf(shape))
  const length = x.shape.at(-1) ?? 1
  const step = strides.at(-1) ?? 0
  let next = 0
  forEachRow(x.shape, strides, offset, (start) => {
    for (let i = 0; i < length; i++) output[start + i * step] = x.values[next++]
  })
  return output
}

export const concatenate: Kernel<'concatenate'> = (inputs, { attributes, shape }) => {
  const axis = attributes.axis
  const output = new Float64Array(sizeOf(shape))
  const whole = aroundAxis(shape, axis)
  let start = 0
  for (const { values, shape } of inputs) {
    const block = shape[axis] * whole.inner
    for (let o = 0; o < whole.outer; o++) {
      output.set(values.subarray(o * block, (o + 1) * block), o * whole.length * whole.inner + start)
    }
    start += block
  }
  return output
}
