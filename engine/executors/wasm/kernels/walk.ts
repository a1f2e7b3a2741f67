import type { View } from '../../../plan/view.ts'
import { i32 } from '../assembler/instructions.ts'
import type { FunctionBuilder, Local } from '../assembler/module.ts'
import { forUnits, type KernelStart } from './kernelCode.ts'
import { bytesPerElement } from './lanes.ts'
import { addressIn, type Position } from './pointers.ts'

/**
 * Emits nested loops over the axes of `shape`, one element per iteration, for kernels whose body is too irregular for
 * vectors. `pointers[i]` points to the current element of `views[i]`.
 */
export function walkElements(
  builder: FunctionBuilder,
  shape: readonly number[],
  views: readonly View[],
  pointers: readonly Local[],
  body: () => void,
): void {
  const move = (axis: number, iterations: number) => {
    views.forEach(({ strides }, i) => {
      const distance = strides[axis] * iterations * bytesPerElement
      if (distance !== 0) builder.emit(pointers[i].set(i32.add(pointers[i].get, i32.const(distance))))
    })
  }
  const loopAt = (axis: number) => {
    if (axis === shape.length) body()
    else {
      builder.loop(shape[axis], 1, () => {
        loopAt(axis + 1)
        move(axis, 1)
      })
      move(axis, -shape[axis])
    }
  }
  loopAt(0)
}

/** The units of `walkInUnits`. */
export function unitsOf([outermost = 1]: readonly number[]): number {
  return outermost
}

/** Like `walkElements`, with the iterations of the outermost axis, if there is one, as units; `body` gets the pointers. */
export function walkInUnits(
  { builder, pointerTo }: KernelStart,
  shape: readonly number[],
  views: readonly View[],
  body: (pointers: readonly Local[]) => void,
): void {
  const pointers = views.map(() => builder.local('i32'))
  const within = views.map((view) => ({ ...view, strides: view.strides.slice(1) }))
  forUnits(builder, (unit) => {
    const outermost: Position[] = shape.length > 0 ? [[unit, 0]] : []
    builder.emit(
      ...pointers.map((pointer, i) => pointer.set(addressIn(views[i], pointerTo(views[i]), ...outermost))),
    )
    walkElements(builder, shape.slice(1), within, pointers, () => body(pointers))
  })
}
