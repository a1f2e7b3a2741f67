import type { DType } from '../dtype.ts'
import type { FoldName, ScalarName } from '../primitiveNames.ts'
import type { Shape } from '../shape.ts'
import type { Order, View } from './view.ts'

/** One step of a loop's body. Register i holds the result of instruction i. */
export type Instruction =
  | { readonly name: 'load'; readonly view: View; readonly dtype: DType }
  | { readonly name: 'literal'; readonly value: number; readonly dtype: DType }
  | { readonly name: 'iota'; readonly axis: number; readonly dtype: 'int32' }
  /** In an epilogue: the element that the call has computed. */
  | { readonly name: 'result'; readonly dtype: DType }
  | { readonly name: ScalarName; readonly inputs: readonly number[]; readonly dtype: DType }

/** The register's element is written here at every turn of the loop. */
export interface Store {
  readonly register: number
  readonly view: View
}

/** The register's elements are folded into `view`, whose reduced axes have stride 0. */
export interface Fold extends Store {
  readonly name: FoldName
  /** Scratch of the executor, where its sums are long: a number of higher precision for each element of the result. */
  readonly totals?: View
}

/** A fused loop: for every element of `shape`, run the body, write the stores and fold the folds. */
export interface LoopKernel {
  readonly kind: 'loop'
  readonly shape: Shape
  /** The nesting of the loops, from the outermost axis. */
  readonly order: Order
  readonly body: readonly Instruction[]
  readonly stores: readonly Store[]
  readonly folds: readonly Fold[]
}

/** A call of a kernel that an executor has under this name, and what that must know beside its operands. */
export interface CallKernel<Name extends string = string, Attributes = unknown> {
  readonly kind: 'call'
  readonly name: Name
  readonly attributes: Attributes
  readonly inputs: readonly View[]
  readonly output: View
  /** What becomes of each element before it is written: then only this is written, and `output` says its shape. */
  readonly epilogue?: Epilogue
}

/** The body of a fused loop behind a call, see `epilogues.ts`. */
export type Epilogue = Pick<LoopKernel, 'body' | 'stores'>

/** Sets a value to zero: all of it, or at least all but a part that is about to be written. */
export interface ClearKernel {
  readonly kind: 'clear'
  readonly value: number
  readonly except?: View
}

/** A call of one of an executor's kernels; `Calls` maps their names to their attributes. */
export type CallOf<Calls, Name extends keyof Calls & string = keyof Calls & string> = CallKernel<
  Name,
  Calls[Name]
>

export type Kernel<Call extends CallKernel = CallKernel> = LoopKernel | Call | ClearKernel

/** The values that a kernel reads, or uses as scratch. */
export function valuesRead(kernel: Kernel): number[] {
  if (kernel.kind === 'clear') return []
  if (kernel.kind === 'loop') {
    const scratch = kernel.folds.flatMap(({ totals }) => totals?.value ?? [])
    return [...valuesLoaded(kernel.body), ...scratch]
  }
  return [...kernel.inputs.map(({ value }) => value), ...valuesLoaded(kernel.epilogue?.body ?? [])]
}

function valuesLoaded(body: readonly Instruction[]): number[] {
  return body.flatMap((instruction) => (instruction.name === 'load' ? [instruction.view.value] : []))
}

/** The values that a kernel writes. */
export function valuesWritten(kernel: Kernel): number[] {
  if (kernel.kind === 'clear') return [kernel.value]
  if (kernel.kind === 'call') {
    return kernel.epilogue?.stores.map(({ view }) => view.value) ?? [kernel.output.value]
  }
  return [...kernel.stores, ...kernel.folds].map(({ view }) => view.value)
}

/** The same kernel over values of other numbers. */
export function renumber<Call extends CallKernel>(
  kernel: Kernel<Call>,
  rename: (value: number) => number,
): Kernel<Call> {
  const move = (view: View): View => ({ ...view, value: rename(view.value) })
  if (kernel.kind === 'clear') {
    return { ...kernel, value: rename(kernel.value), except: kernel.except && move(kernel.except) }
  }
  const moveEpilogue = ({ body, stores }: Epilogue): Epilogue => ({
    body: body.map((instruction) =>
      instruction.name === 'load' ? { ...instruction, view: move(instruction.view) } : instruction,
    ),
    stores: stores.map((store) => ({ ...store, view: move(store.view) })),
  })
  if (kernel.kind === 'loop') {
    const folds = kernel.folds.map((fold) => ({
      ...fold,
      view: move(fold.view),
      totals: fold.totals && move(fold.totals),
    }))
    return { ...kernel, ...moveEpilogue(kernel), folds }
  }
  return {
    ...kernel,
    inputs: kernel.inputs.map(move),
    output: move(kernel.output),
    ...(kernel.epilogue && { epilogue: moveEpilogue(kernel.epilogue) }),
  }
}
