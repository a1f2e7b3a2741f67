import type { DType } from '../dtype.ts'
import type { CallName, ConstantName } from '../primitiveNames.ts'
import { type Shape, sizeOf } from '../shape.ts'
import type { TakesEpilogue } from './epilogues.ts'
import { type Graph, type Operation, type OperationOf, valueType } from './graph.ts'
import type { CallKernel, CallOf, ClearKernel, Instruction, Kernel, LoopKernel } from './kernels.ts'
import { isEmpty, type PaddedLayout, PaddedValues, type PaddingRequests, paddedShape } from './padding.ts'
import { recomputedValues } from './recompute.ts'
import { isConstant } from './roles.ts'
import {
  broadcastView,
  denseView,
  follows,
  isDense,
  type Order,
  orderOf,
  permuteView,
  reshapeView,
  rowMajor,
  sliceView,
  type View,
} from './view.ts'

/** A block of memory that kernels read and write. The first values are the graph's inputs. */
export interface ScheduledValue {
  readonly shape: Shape
  readonly dtype: DType
}

/** Expands a call into an executor's kernels; returns the view of the result. */
export type Expansion<Calls, Name extends CallName = CallName> = (
  scheduler: Scheduler<Calls>,
  operation: OperationOf<Name>,
  inputs: readonly View[],
) => View

/** An operation that is computed by a kernel of the same name. */
export interface CalledOperation<Calls, Name extends keyof Calls> {
  readonly name: Name
  readonly attributes: Calls[Name]
  readonly shape: Shape
  readonly dtype: DType
}

/** The expansions of these primitives. */
export type Expansions<Calls, Names extends CallName = CallName> = {
  readonly [Name in Names]: Expansion<Calls, Name>
}

/** What the planner knows of an executor: its expansions, layouts and epilogues. `Calls` maps kernel names to attributes. */
export interface Dialect<Calls> {
  readonly expansions: Expansions<Calls>
  readonly paddingRequests: PaddingRequests
  readonly takesEpilogue: TakesEpilogue<CallOf<Calls>>
}

/** A schedule under construction. */
export class Scheduler<Calls> {
  readonly graph: Graph
  readonly values: ScheduledValue[]
  readonly kernels: Kernel<CallOf<Calls>>[] = []
  /** Values that loops recompute instead of loading. */
  readonly recomputed: ReadonlySet<number>
  readonly #expansions: Expansions<Calls>
  /** The view of each value of the graph that has been scheduled. */
  readonly #views = new Map<number, View>()
  readonly #valueOf = new Map<Operation, number>()
  readonly #readers = new Map<number, (number | 'output')[]>()
  readonly #padded: PaddedValues

  constructor(graph: Graph, { expansions, paddingRequests }: Dialect<Calls>) {
    this.graph = graph
    this.#expansions = expansions
    this.#padded = new PaddedValues(graph, paddingRequests)
    this.recomputed = recomputedValues(graph)
    this.values = graph.inputs.map(({ shape, dtype }) => ({ shape, dtype }))
    graph.inputs.forEach(({ shape }, i) => {
      this.#views.set(i, denseView(i, shape))
    })
    const read = (value: number, reader: number | 'output') => {
      const readers = this.#readers.get(value)
      if (readers === undefined) this.#readers.set(value, [reader])
      else readers.push(reader)
    }
    graph.operations.forEach((operation, index) => {
      this.#valueOf.set(operation, graph.inputs.length + index)
      for (const input of operation.inputs) read(input, index)
    })
    for (const { value } of graph.outputs) read(value, 'output')
  }

  /** Returns the indices of the operations that read a value of the graph, and 'output' if it is an output. */
  readers(value: number): readonly (number | 'output')[] {
    return this.#readers.get(value) ?? []
  }

  /** Returns the operation that computes a value of the graph, or undefined for an input. */
  operationOf(value: number): Operation | undefined {
    return this.graph.operations[value - this.graph.inputs.length]
  }

  dtypeOf(value: number): DType {
    return valueType(this.graph, value).dtype
  }

  /** Allocates a dense value with its axes in this order. */
  allocate(shape: Shape, dtype: DType, order?: Order): View {
    return denseView(this.values.push({ shape, dtype }) - 1, shape, order)
  }

  /** Allocates the result of an operation, with the padding that its readers want. */
  allocateResult(operation: Operation, order: Order): View {
    const { shape, dtype } = operation
    const value = this.#valueOf.get(operation)!
    const readers = this.readers(value).flatMap((reader) =>
      reader === 'output' ? [] : [this.graph.operations[reader]],
    )
    const padding = this.#padded.requested(value, readers, order)
    return padding === undefined || isEmpty(padding)
      ? this.allocate(shape, dtype, order)
      : this.#allocatePadded(shape, dtype, { order, padding })
  }

  /** Returns the elements in a padded layout: in place if they are stored with enough padding, otherwise as a copy. */
  pad(view: View, layout: PaddedLayout): View {
    const { order, padding } = layout
    if (isEmpty(padding)) return follows(view, order) ? view : this.materialize(view, order)
    const found = this.#padded.find(view, layout)
    if (found !== undefined) return found
    const { dtype } = this.values[view.value]
    const copy = this.copy(view, this.#allocatePadded(view.shape, dtype, layout))
    return this.#padded.find(copy, layout)!
  }

  #allocatePadded(shape: Shape, dtype: DType, { order, padding }: PaddedLayout): View {
    const whole = this.allocate(paddedShape(shape, padding), dtype, order)
    const inside = this.#padded.record(whole, padding)
    this.emit({ kind: 'clear', value: whole.value, except: inside })
    return inside
  }

  emit<Name extends keyof Calls & string>(
    kernel: LoopKernel | ClearKernel | CallKernel<Name, Calls[Name]>,
  ): void {
    this.kernels.push(kernel)
  }

  /** Records the view of a value of the graph. */
  place(value: number, view: View): void {
    this.#views.set(value, view)
  }

  /** Returns the view of a value of the graph. Constants are written, and views derived, on demand. */
  viewOf(value: number): View {
    const chain: number[] = []
    let at = value
    let view = this.#views.get(at)
    while (view === undefined) {
      const operation = this.operationOf(at)!
      if (isConstant(operation)) this.#views.set(at, (view = this.#write(operation)))
      else {
        chain.push(at)
        at = operation.inputs[0]
        view = this.#views.get(at)
      }
    }
    for (const link of chain.toReversed()) {
      view = this.#transformed(this.operationOf(link)!, view)
      this.#views.set(link, view)
    }
    return view
  }

  /** Returns the elements as a whole, dense value in this order: the view itself if it is one, otherwise a copy. */
  materialize(view: View, order: Order = rowMajor(view.shape.length)): View {
    const { shape, dtype } = this.values[view.value]
    const isWhole = sizeOf(shape) === sizeOf(view.shape)
    return isWhole && isDense(view, order) ? view : this.copy(view, this.allocate(view.shape, dtype, order))
  }

  /** Copies elements into another view of the same shape, and returns it. */
  copy(from: View, to: View): View {
    const { dtype } = this.values[from.value]
    this.emit({
      kind: 'loop',
      shape: to.shape,
      order: orderOf(to),
      body: [{ name: 'load', view: from, dtype }],
      stores: [{ register: 0, view: to }],
      folds: [],
    })
    return to
  }

  /** Schedules an operation with the role `call`. */
  call<Name extends CallName>(operation: OperationOf<Name>, index: number): void {
    const inputs = operation.inputs.map((input) => this.viewOf(input))
    const output = this.#expansions[operation.name](this, operation, inputs)
    this.place(this.graph.inputs.length + index, output)
  }

  /** Emits a call of the kernel of the operation's name, and returns its result, by default in row-major order. */
  plainCall<Name extends keyof Calls & string>(
    operation: CalledOperation<Calls, Name>,
    inputs: readonly View[],
    order?: Order,
  ): View {
    const { name, attributes, shape, dtype } = operation
    const output = this.allocate(shape, dtype, order)
    this.emit({ kind: 'call', name, attributes, inputs, output })
    return output
  }

  /** Returns the view that an operation with the role `view` takes of its input. */
  #transformed({ name, attributes, shape }: Operation, view: View): View {
    if (name === 'permute') return permuteView(view, attributes.order)
    if (name === 'broadcastTo') return broadcastView(view, shape)
    if (name === 'slice') return sliceView(view, attributes.starts, attributes.steps, shape)
    return reshapeView(view, shape) ?? reshapeView(this.materialize(view), shape)!
  }

  /** Writes a literal or iota to memory, for kernels that cannot compute it themselves. */
  #write({ name, attributes, shape, dtype }: Operation<ConstantName>): View {
    const instruction: Instruction =
      name === 'literal'
        ? { name, value: attributes.value, dtype }
        : { name: 'iota', axis: attributes.axis, dtype: 'int32' }
    const view = this.allocate(shape, dtype)
    const stores = [{ register: 0, view }]
    this.emit({ kind: 'loop', shape, order: rowMajor(shape.length), body: [instruction], stores, folds: [] })
    return view
  }
}
