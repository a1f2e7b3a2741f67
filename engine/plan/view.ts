import { rowMajorStrides, type Shape, sizeOf } from '../shape.ts'

/** A strided view of a value in memory: the element at index i is at offset + Σ i[axis] · strides[axis]. */
export interface View {
  /** The number of the value. */
  readonly value: number
  readonly shape: Shape
  readonly strides: readonly number[]
  readonly offset: number
}

/** An order of axes in memory, from the outermost to the innermost. */
export type Order = readonly number[]

export function rowMajor(rank: number): Order {
  return Array.from({ length: rank }, (_, axis) => axis)
}

/** Returns the view of a whole dense value with its axes in this order. */
export function denseView(value: number, shape: Shape, order: Order = rowMajor(shape.length)): View {
  const strides = new Array<number>(shape.length)
  rowMajorStrides(order.map((axis) => shape[axis])).forEach((stride, i) => {
    strides[order[i]] = stride
  })
  return { value, shape, strides, offset: 0 }
}

export function permuteView(view: View, order: readonly number[]): View {
  return {
    ...view,
    shape: order.map((axis) => view.shape[axis]),
    strides: order.map((axis) => view.strides[axis]),
  }
}

/** Broadcasts a view to a shape: repeats axes of length 1, and adds axes in front. */
export function broadcastView(view: View, shape: Shape): View {
  const missing = shape.length - view.shape.length
  const strides = shape.map((length, axis) =>
    axis < missing || (view.shape[axis - missing] === 1 && length !== 1) ? 0 : view.strides[axis - missing],
  )
  return { ...view, shape, strides }
}

export function sliceView(
  view: View,
  starts: readonly number[],
  steps: readonly number[],
  shape: Shape,
): View {
  return {
    ...view,
    shape,
    strides: view.strides.map((stride, axis) => stride * steps[axis]),
    offset: view.offset + starts.reduce((sum, start, axis) => sum + start * view.strides[axis], 0),
  }
}

/** Returns the view in another shape, or undefined if no strides describe it without moving elements. */
export function reshapeView(view: View, shape: Shape): View | undefined {
  if (sizeOf(shape) === 0) return { ...view, shape, strides: rowMajorStrides(shape) }
  const runs = mergeAxes(view)
  const strides = new Array<number>(shape.length)
  // Axes are assigned from the innermost; each must divide what is left of one run.
  let run = runs.pop()
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] === 1) {
      strides[axis] = 0
      continue
    }
    while (run !== undefined && run.length === 1) run = runs.pop()
    if (run === undefined || run.length % shape[axis] !== 0) return undefined
    strides[axis] = run.stride
    run = { length: run.length / shape[axis], stride: run.stride * shape[axis] }
  }
  return { ...view, shape, strides }
}

/** Merges neighbouring axes with compatible strides; returns lengths and strides, the outermost first. */
function mergeAxes(view: View): { length: number; stride: number }[] {
  const runs: { length: number; stride: number }[] = []
  view.shape.forEach((length, axis) => {
    if (length === 1) return
    const stride = view.strides[axis]
    const last = runs.at(-1)
    if (last !== undefined && last.stride === stride * length) {
      runs[runs.length - 1] = { length: last.length * length, stride }
    } else runs.push({ length, stride })
  })
  return runs
}

/** Returns whether the view has the offset and strides of `denseView` with this order. */
export function isDense(view: View, order: Order): boolean {
  const { strides } = denseView(view.value, view.shape, order)
  return (
    view.offset === 0 &&
    view.shape.every((length, axis) => length === 1 || view.strides[axis] === strides[axis])
  )
}

/** Returns whether memory addresses ascend in this order. Gaps are allowed, except along the innermost axis. */
export function follows({ shape, strides }: View, order: Order): boolean {
  let reach = 1
  return order.toReversed().every((axis, i) => {
    if (shape[axis] === 1) return true
    const isNext = i === 0 ? strides[axis] === 1 : strides[axis] >= reach
    reach = strides[axis] * shape[axis]
    return isNext
  })
}

/** Returns the axes sorted by stride, the longest first. Ties keep the order of axes. */
export function orderOf(view: View): Order {
  const axes = rowMajor(view.shape.length)
  const reach = (axis: number) => (view.shape[axis] === 1 ? 0 : Math.abs(view.strides[axis]))
  return axes.toSorted((a, b) => reach(b) - reach(a) || a - b)
}
