import type { View } from '../../../plan/view.ts'
import { FunctionBuilder, type Local } from '../assembler/module.ts'

/** A kernel as code: its parameters are pointers to these values. */
export interface KernelCode {
  readonly builder: FunctionBuilder
  readonly values: readonly number[]
}

/** Starts a kernel over the values of these views; `pointerTo` gives the parameter that points to a value. */
export function beginKernel(views: readonly View[]): KernelCode & { pointerTo(view: View): Local } {
  const values = [...new Set(views.map(({ value }) => value))]
  const builder = new FunctionBuilder(values.length)
  return { builder, values, pointerTo: ({ value }) => builder.parameter(values.indexOf(value)) }
}
