import { control, i32 } from '../assembler/instructions.ts'
import { FunctionBuilder, type Local } from '../assembler/module.ts'
import type { EngineModes } from '../modes.ts'

/**
 * A kernel as code. Its work falls into `units` that write to different places and do not read what another writes:
 * threads share them out, and the results are the same bits however they do. The parameters are the first unit, the
 * one after the last, the number of the thread, and pointers to the values.
 */
export interface KernelCode {
  readonly builder: FunctionBuilder
  readonly units: number
  readonly values: readonly number[]
}

/** What the kernel of a call depends on beside the call. */
export interface CallContext {
  /** Whether its operands are float32. */
  readonly isFloat: boolean
  readonly modes: EngineModes
}

/** A kernel that has been started: its code is still to be written. */
export interface KernelStart extends KernelCode {
  readonly thread: Local
  /** The parameter that points to a value. */
  pointerTo(view: { readonly value: number }): Local
}

/** Starts a kernel over the values of these views. */
export function beginKernel(views: readonly { readonly value: number }[], units = 1): KernelStart {
  const values = [...new Set(views.map(({ value }) => value))]
  const builder = new FunctionBuilder(3 + values.length)
  return {
    builder,
    units,
    values,
    thread: builder.parameter(2),
    pointerTo: ({ value }) => builder.parameter(3 + values.indexOf(value)),
  }
}

/** Emits a loop over the units of this call; there is at least one. */
export function forUnits(builder: FunctionBuilder, body: (unit: Local) => void): void {
  const unit = builder.local('i32')
  const [first, end] = [builder.parameter(0), builder.parameter(1)]
  builder.emit(unit.set(first.get))
  const code = builder.block(() => body(unit))
  builder.emit(control.doWhile(code, i32.lt_u(unit.tee(i32.add(unit.get, i32.const(1))), end.get)))
}
