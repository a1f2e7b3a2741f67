import { sizeOf } from '../shape.ts'
import type { LoopKernel } from './kernels.ts'
import type { Scheduler } from './scheduler.ts'
import { broadcastView, denseView } from './view.ts'

/**
 * Emits a loop. A fold over several axes is split into two loops: first over all but the outermost of them, then over that
 * one. Partial sums keep rounding errors small (these grow with the length of a chain), and can be computed in parallel.
 */
export function emitLoop<Calls>(scheduler: Scheduler<Calls>, kernel: LoopKernel): void {
  const { shape, order, folds } = kernel
  const folded = order.filter(
    (axis) => folds.length > 0 && folds[0].view.strides[axis] === 0 && shape[axis] > 1,
  )
  if (folded.length < 2 || sizeOf(shape) === 0) {
    scheduler.emit(kernel)
    return
  }
  const [outermost] = folded
  const partials = folds.map(({ view }) => {
    const partialShape = shape.map((length, axis) =>
      folded.includes(axis) && axis !== outermost ? 1 : length,
    )
    return scheduler.allocate(partialShape, scheduler.values[view.value].dtype, order)
  })
  scheduler.emit({
    ...kernel,
    folds: folds.map((fold, i) => ({ ...fold, view: broadcastView(partials[i], shape) })),
  })
  folds.forEach(({ name, view }, i) => {
    const partial = partials[i]
    const { dtype } = scheduler.values[view.value]
    const total = denseView(view.value, scheduler.values[view.value].shape, order)
    scheduler.emit({
      kind: 'loop',
      shape: partial.shape,
      order,
      body: [{ name: 'load', view: partial, dtype }],
      stores: [],
      folds: [{ name, register: 0, view: broadcastView(total, partial.shape) }],
    })
  })
}
