import type { PrimitiveName } from '../primitiveNames.ts'
import { equalShapes, type Shape } from '../shape.ts'
import { type Graph, type Operation, type OperationOf, valueType } from './graph.ts'
import { follows, type Order, sliceView, type View } from './view.ts'

/** How many zeros, before and after, for each of the last axes. */
export type Padding = readonly (readonly [before: number, after: number])[]

/** Zeros around maps whose axes lie in some order. */
export interface PaddedLayout {
  readonly order: Order
  readonly padding: Padding
}

/** The layout that an operation wants around one of its operands, if it wants one. */
export type PaddingRequest<Name extends PrimitiveName> = (
  operation: OperationOf<Name>,
  operand: number,
  shapes: readonly Shape[],
) => PaddedLayout | undefined

export type PaddingRequests = { readonly [Name in PrimitiveName]?: PaddingRequest<Name> }

/**
 * Which values lie amid zeros. Who computes maps writes them into the middle of a larger value where their readers want
 * zeros around them, so that a convolution needs no padded copy.
 */
export class PaddedValues {
  readonly #graph: Graph
  readonly #requests: PaddingRequests
  /** By number: the whole of a value, and the padding around the part that is written. */
  readonly #records = new Map<number, { whole: View; padding: Padding }>()

  constructor(graph: Graph, requests: PaddingRequests) {
    this.#graph = graph
    this.#requests = requests
  }

  /** The padding that suit all readers of a value that lies in this order; none where nobody wants any. */
  requested(value: number, readers: readonly Operation[], order: Order): Padding | undefined {
    const paddings = readers.flatMap((reader) => {
      const shapes = reader.inputs.map((input) => valueType(this.#graph, input).shape)
      return reader.inputs.flatMap((input, operand) => {
        const layout = input === value ? this.#requestOf(reader, operand, shapes) : undefined
        return layout !== undefined && equalShapes(layout.order, order) ? [layout.padding] : []
      })
    })
    return paddings.length === 0 ? undefined : paddings.reduce(widest)
  }

  #requestOf<Name extends PrimitiveName>(
    reader: OperationOf<Name>,
    operand: number,
    shapes: readonly Shape[],
  ): PaddedLayout | undefined {
    return this.#requests[reader.name]?.(reader, operand, shapes)
  }

  /** Remembers that the padding of a new value are zeros; gives the part inside. */
  record(whole: View, padding: Padding): View {
    this.#records.set(whole.value, { whole, padding })
    return interiorOf(whole, padding)
  }

  /** The view with this layout, if it is the inside of a value that has as much. */
  find(view: View, { order, padding }: PaddedLayout): View | undefined {
    const record = this.#records.get(view.value)
    if (record === undefined || !follows(view, order)) return undefined
    const { whole, padding: there } = record
    const rest = there.map(([before, after], i) => [before - padding[i][0], after - padding[i][1]] as const)
    const isEnough = rest.flat().every((length) => length >= 0)
    return isEnough && isSame(view, interiorOf(whole, there)) ? interiorOf(whole, rest) : undefined
  }
}

/** As many zeros as either wants. */
function widest(a: Padding, b: Padding): Padding {
  return a.map(([before, after], i) => [Math.max(before, b[i][0]), Math.max(after, b[i][1])])
}

export function isEmpty(padding: Padding): boolean {
  return padding.flat().every((length) => length === 0)
}

/** The shape with padding around it. */
export function paddedShape(shape: Shape, padding: Padding): number[] {
  const first = shape.length - padding.length
  return shape.map((length, axis) => (axis < first ? length : length + sum(padding[axis - first])))
}

/** The part of a view that is left inside padding. */
function interiorOf(whole: View, padding: Padding): View {
  const first = whole.shape.length - padding.length
  return sliceView(
    whole,
    whole.shape.map((_, axis) => (axis < first ? 0 : padding[axis - first][0])),
    whole.shape.map(() => 1),
    whole.shape.map((length, axis) => (axis < first ? length : length - sum(padding[axis - first]))),
  )
}

function sum([before, after]: readonly [number, number]): number {
  return before + after
}

function isSame(a: View, b: View): boolean {
  return a.offset === b.offset && equalShapes(a.shape, b.shape) && equalShapes(a.strides, b.strides)
}
