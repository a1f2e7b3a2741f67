import type { DType } from '../dtype.ts'
import type { FoldName, ScalarName } from '../primitiveNames.ts'
import type { Shape } from '../shape.ts'
import type { Graph } from './graph.ts'
import type { Order, View } from './view.ts'

/** One instruction of a loop's body. Register i holds the result of instruction i. */
export type Instruction =
  | { readonly name: 'load'; readonly view: View; readonly dtype: DType }
  | { readonly name: 'literal'; readonly value: number; readonly dtype: DType }
  | { readonly name: 'iota'; readonly axis: number; readonly dtype: 'int32' }
  /** In an epilogue: the element that the call computed. */
  | { readonly name: 'result'; readonly dtype: DType }
  | { readonly name: ScalarName; readonly inputs: readonly number[]; readonly dtype: DType }

/** Writes the register to `view` in every iteration of the loop. */
export interface Store {
  readonly register: number
  readonly view: View
}

/** A reduction that a loop accumulates: the register is folded into `view`, whose reduced axes have stride 0. */
export interface Fold extends Store {
  readonly name: FoldName
  /** Scratch for long sums: a total of higher precision for each element of the result. */
  readonly totals?: View | undefined
}

/** A fused loop: for every element of `shape`, runs the body, the stores and the folds. */
export interface LoopKernel {
  readonly kind: 'loop'
  readonly shape: Shape
  /** The axes of the loop nest, the outermost first. */
  readonly order: Order
  readonly body: readonly Instruction[]
  readonly stores: readonly Store[]
  readonly folds: readonly Fold[]
}

/** A call of an executor's kernel by name, with its attributes and operands. */
export interface CallKernel<Name extends string = string, Attributes = unknown> {
  readonly kind: 'call'
  readonly name: Name
  readonly attributes: Attributes
  readonly inputs: readonly View[]
  readonly output: View
  /** Runs on each result element. Only its stores are written then; `output` gives the shape. */
  readonly epilogue?: Epilogue
}

/** The body of a loop fused into a call, see `epilogues.ts`. */
export type Epilogue = Pick<LoopKernel, 'body' | 'stores'>

/** Sets a value to zero; `except` is a part that will be overwritten and need not be cleared. */
export interface ClearKernel {
  readonly kind: 'clear'
  readonly value: number
  readonly except?: View | undefined
}

/** A call of one of an executor's kernels; `Calls` maps kernel names to attributes. */
export type CallOf<Calls, Name extends keyof Calls & string = keyof Calls & string> = CallKernel<
  Name,
  Calls[Name]
>

export type Kernel<Call extends CallKernel = CallKernel> = LoopKernel | Call | ClearKernel

/** Returns the values that a kernel reads or uses as scratch. */
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

/** Returns the values that a kernel writes. */
export function valuesWritten(kernel: Kernel): number[] {
  return kernel.kind === 'clear' ? [kernel.value] : viewsWritten(kernel).map(({ value }) => value)
}

/** Returns the views that a loop or a call writes. */
export function viewsWritten(kernel: Exclude<Kernel, ClearKernel>): View[] {
  if (kernel.kind === 'call') return kernel.epilogue?.stores.map(({ view }) => view) ?? [kernel.output]
  return [...kernel.stores, ...kernel.folds].map(({ view }) => view)
}

/** Returns a predicate for scratch values: those that are neither an input nor the result of a kernel. */
export function scratchAmong(graph: Graph, kernels: readonly Kernel[]): (value: number) => boolean {
  const results = new Set(kernels.flatMap(valuesWritten))
  return (value) => value >= graph.inputs.length && !results.has(value)
}

/** Returns the kernel with its values renumbered. */
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
