import type { View } from '../../../plan/view.ts'
import { i32 } from '../assembler/instructions.ts'
import type { FunctionBuilder, Local } from '../assembler/module.ts'
import { bytesPerElement } from './lanes.ts'

/**
 * Emits nested loops over the axes of `shape`, one element per iteration, for kernels whose body is too irregular for
 * vectors. `pointers[i]` points to the current element of `views[i]`; `counters[axis]` is its index along an axis.
 */
export function walkElements(
  builder: FunctionBuilder,
  shape: readonly number[],
  views: readonly View[],
  pointers: readonly Local[],
  body: (counters: readonly Local[]) => void,
): void {
  const counters: Local[] = []
  const move = (axis: number, iterations: number) => {
    views.forEach(({ strides }, i) => {
      const distance = strides[axis] * iterations * bytesPerElement
      if (distance !== 0) builder.emit(pointers[i].set(i32.add(pointers[i].get, i32.const(distance))))
    })
  }
  const loopAt = (axis: number) => {
    if (axis === shape.length) body(counters)
    else {
      builder.loop(shape[axis], 1, (counter) => {
        counters[axis] = counter
        loopAt(axis + 1)
        move(axis, 1)
      })
      move(axis, -shape[axis])
    }
  }
  loopAt(0)
}

/** Returns a new local that points to the first element of a view. */
export function pointerAt(builder: FunctionBuilder, base: Local, view: View): Local {
  const pointer = builder.local('i32')
  builder.emit(pointer.set(i32.add(base.get, i32.const(view.offset * bytesPerElement))))
  return pointer
}
