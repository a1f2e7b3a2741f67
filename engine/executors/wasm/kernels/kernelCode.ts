import { control, i32 } from '../assembler/instructions.ts'
import { FunctionBuilder, type Local } from '../assembler/module.ts'
import type { EngineModes } from '../modes.ts'

/**
 * The code of a kernel. Its work is divided into `units` that write to disjoint memory and do not read what other units
 * write, so results have the same bits however threads share the units. The parameters are the first unit, the one after
 * the last, the number of the thread, and pointers to the values.
 */
export interface KernelCode {
  readonly builder: FunctionBuilder
  readonly units: number
  /** Whether a call reads all of its inputs, however few its units are, so that few calls are best. */
  readonly wholeShares: boolean
  readonly values: readonly number[]
}

/** What the kernel of a call depends on in addition to the call. */
export interface CallContext {
  /** Whether its operands are float32. */
  readonly isFloat: boolean
  readonly modes: EngineModes
}

/** A kernel under construction. */
export interface KernelStart extends KernelCode {
  readonly thread: Local
  /** Returns the parameter that points to a value. */
  pointerTo(view: { readonly value: number }): Local
}

/** Begins a kernel over the values of these views. */
export function beginKernel(
  views: readonly { readonly value: number }[],
  units = 1,
  { wholeShares = false } = {},
): KernelStart {
  const values = [...new Set(views.map(({ value }) => value))]
  const builder = new FunctionBuilder(3 + values.length)
  return {
    builder,
    units,
    wholeShares,
    values,
    thread: builder.parameter(2),
    pointerTo: ({ value }) => builder.parameter(3 + values.indexOf(value)),
  }
}

/** Emits a loop over the units of a launch, of which there is at least one. */
export function forUnits(builder: FunctionBuilder, body: (unit: Local) => void): void {
  const unit = builder.local('i32')
  const [first, end] = [builder.parameter(0), builder.parameter(1)]
  builder.emit(unit.set(first.get))
  const code = builder.block(() => body(unit))
  builder.emit(control.doWhile(code, i32.lt_u(unit.tee(i32.add(unit.get, i32.const(1))), end.get)))
}
