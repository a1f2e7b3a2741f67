import { orderOf, permuteView, type View } from '../../../plan/view.ts'
import { type Shape, sizeOf } from '../../../shape.ts'
import type { Code } from '../assembler/encoding.ts'
import { control, f32, f64, i32, memory } from '../assembler/instructions.ts'
import type { WasmCall } from './calls.ts'
import { beginKernel, type CallContext, type KernelCode } from './kernelCode.ts'
import { bytesPerElement } from './lanes.ts'
import { addressIn } from './pointers.ts'
import { bytesPerTotal, longestChain, roundTotals } from './totals.ts'
import { unitsOf, walkElements, walkInUnits } from './walk.ts'

/** Returns the view with stride 0 along one axis. */
function fixed(view: View, axis: number): View {
  return { ...view, strides: view.strides.with(axis, 0) }
}

/**
 *     for each element of index: output = x at index along the axis, NaN (0 for integers) if out of range
 *
 * Axes are nested as the index is stored. Elements are moved as 32-bit patterns, whatever their type.
 */
export function gatherCode(
  { inputs: [x, index], output, attributes }: WasmCall<'gather'>,
  { isFloat }: CallContext,
): KernelCode {
  const { axis } = attributes
  const order = orderOf(index)
  const views = [fixed(x, axis), index, output].map((view) => permuteView(view, order))
  const { shape } = permuteView(index, order)
  const code = beginKernel([x, index, output], unitsOf(shape))
  const { builder } = code
  const position = builder.local('i32')
  const step = i32.mul(position.get, i32.const(x.strides[axis] * bytesPerElement))
  const outside = isFloat ? 0x7fc00000 : 0
  walkInUnits(code, shape, views, ([from, at, to]) => {
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
 *     for each row, from the axis on: totals = 0; totals at index along the axis += source, in order; output = totals
 *
 * Totals are float64 in scratch. Without scratch (for integers, or if few sources can share an index) they are the output
 * itself.
 */
export function scatterAddCode(
  { inputs: [source, index, scratch], output, attributes }: WasmCall<'scatterAdd'>,
  { isFloat }: CallContext,
): KernelCode {
  const { axis } = attributes
  const views = [source, index, output]
  const rows = index.shape.slice(0, axis)
  const code = beginKernel([...views, ...(scratch ? [scratch] : [])], unitsOf(rows))
  const { builder, pointerTo, thread } = code
  if (sizeOf(output.shape) === 0) return code
  const rowSize = sizeOf(output.shape.slice(axis))
  const elementBytes = scratch ? bytesPerTotal : bytesPerElement
  const [to, position, target] = Array.from({ length: 3 }, () => builder.local('i32'))
  const perElement = elementBytes / bytesPerElement
  const totals = { ...output, strides: output.strides.map((stride) => stride * perElement) }
  const inner = [source, index, fixed(totals, axis)].map((view) => ({
    ...view,
    strides: view.strides.slice(axis),
  }))
  const ownScratch = scratch && addressIn(scratch, pointerTo(scratch), [thread, 0])
  walkInUnits(code, rows, views, ([from, at, row]) => {
    builder.emit(
      to.set(ownScratch ?? row.get),
      memory.fill(to.get, i32.const(0), i32.const(rowSize * elementBytes)),
    )
    walkElements(builder, index.shape.slice(axis), inner, [from, at, to], () => {
      const step = i32.mul(position.get, i32.const(totals.strides[axis] * bytesPerElement))
      builder.emit(
        position.set(i32.load(at.get)),
        control.if(i32.lt_u(position.get, i32.const(output.shape[axis])), [
          target.set(i32.add(to.get, step)),
          addTo(target.get, from.get, scratch ? 'total' : isFloat ? 'float' : 'integer'),
        ]),
      )
    })
    if (ownScratch) roundTotals(builder, ownScratch, row.get, rowSize)
  })
  return code
}

/** Adds the number at an address to a sum of this kind. */
function addTo(sum: Code, from: Code, kind: 'total' | 'float' | 'integer'): Code {
  if (kind === 'total') return f64.store(sum, f64.add(f64.load(sum), f64.promote_f32(f32.load(from))))
  return kind === 'float'
    ? f32.store(sum, f32.add(f32.load(sum), f32.load(from)))
    : i32.store(sum, i32.add(i32.load(sum), i32.load(from)))
}

/** Floats of scratch for the totals of a row; 0 if so few sources can share an index that no totals are needed. */
export function scatterTotalsFloats(index: Shape, output: Shape, axis: number): number {
  if (index[axis] <= longestChain) return 0
  return (sizeOf(output.slice(axis)) * bytesPerTotal) / bytesPerElement
}
