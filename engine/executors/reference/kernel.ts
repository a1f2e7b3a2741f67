import type { DType } from '../../dtype.ts'
import type { OperationOf } from '../../plan/graph.ts'
import type { PrimitiveName } from '../../primitiveNames.ts'
import { type Shape, sizeOf } from '../../shape.ts'

/** An input of a kernel. Elements are in row-major order and must not be modified. */
export interface Operand {
  readonly values: Float64Array
  readonly shape: Shape
  readonly dtype: DType
}

/** Computes the elements of one operation. It may return an input's array. */
export type Kernel<Name extends PrimitiveName> = (
  inputs: readonly Operand[],
  operation: OperationOf<Name>,
) => Float64Array

/** Splits a row-major shape at an axis: element (o, i, n) is at (o · length + i) · inner + n. */
export function aroundAxis(shape: Shape, axis: number): { outer: number; length: number; inner: number } {
  return {
    outer: sizeOf(shape.slice(0, axis)),
    length: shape[axis],
    inner: sizeOf(shape.slice(axis + 1)),
  }
}
