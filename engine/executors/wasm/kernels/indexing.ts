import type { CallKernel } from '../../../plan/kernels.ts'
import type { View } from '../../../plan/view.ts'
import { sizeOf } from '../../../shape.ts'
import { control, f32, i32, memory } from '../assembler/instructions.ts'
import { beginKernel, type CallContext, type KernelCode } from './kernelCode.ts'
import { bytesPerElement } from './lanes.ts'
import { pointerAt, walkElements } from './walk.ts'

/** A view that does not move along one axis. */
function fixed(view: View, axis: number): View {
  return { ...view, strides: view.strides.with(axis, 0) }
}

/**
 *     for each element of index: output = x at index along the axis, NaN (0 for integers) outside
 *
 * Elements are moved as 32-bit patterns, whatever their type.
 */
export function gatherCode(
  { inputs: [x, index], output, attributes }: CallKernel,
  { isFloat }: CallContext,
): KernelCode {
  const axis = attributes.axis as number
  const code = beginKernel([x, index, output])
  const { builder, pointerTo } = code
  const views = [fixed(x, axis), index, output]
  const pointers = views.map((view) => pointerAt(builder, pointerTo(view), view))
  const [from, at, to] = pointers
  const position = builder.local('i32')
  walkElements(builder, index.shape, views, pointers, () => {
    const step = i32.mul(position.get, i32.const(x.strides[axis] * bytesPerElement))
    const outside = isFloat ? 0x7fc00000 : 0
    builder.emit(
      position.set(i32.load(at.get)),
      control.if(
        i32.lt_u(position.get, i32.const(x.shape[axis])),
        i32.store(to.get, i32.load(i32.add(from.get, step))),
        i32.store(to.get, i32.const(outside)),
      ),
    )
  })
  return code
}

/**
 *     output = 0; for each element of source, in order: output at index along the axis += source
 */
export function scatterAddCode(
  { inputs: [source, index], output, attributes }: CallKernel,
  { isFloat }: CallContext,
): KernelCode {
  const axis = attributes.axis as number
  const code = beginKernel([source, index, output])
  const { builder, pointerTo } = code
  const bytes = sizeOf(output.shape) * bytesPerElement
  builder.emit(memory.fill(pointerTo(output).get, i32.const(0), i32.const(bytes)))
  if (sizeOf(source.shape) === 0) return code
  const views = [source, index, fixed(output, axis)]
  const pointers = views.map((view) => pointerAt(builder, pointerTo(view), view))
  const [from, at, to] = pointers
  const [position, target] = [builder.local('i32'), builder.local('i32')]
  walkElements(builder, index.shape, views, pointers, () => {
    const step = i32.mul(position.get, i32.const(output.strides[axis] * bytesPerElement))
    const sum = isFloat
      ? f32.store(target.get, f32.add(f32.load(target.get), f32.load(from.get)))
      : i32.store(target.get, i32.add(i32.load(target.get), i32.load(from.get)))
    builder.emit(
      position.set(i32.load(at.get)),
      control.if(i32.lt_u(position.get, i32.const(output.shape[axis])), [
        target.set(i32.add(to.get, step)),
        sum,
      ]),
    )
  })
  return code
}
