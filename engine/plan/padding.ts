import type { PrimitiveName } from '../primitiveNames.ts'
import { equalShapes, type Shape } from '../shape.ts'
import { type Graph, type Operation, type OperationOf, valueType } from './graph.ts'
import { follows, type Order, sliceView, type View } from './view.ts'

/** Zeros before and after the elements, for each of the last axes. */
export type Padding = readonly (readonly [before: number, after: number])[]

/** An order of axes in memory, and the padding stored around the elements. */
export interface PaddedLayout {
  readonly order: Order
  readonly padding: Padding
}

/** The padded layout that an operation wants for one of its operands, if any. */
export type PaddingRequest<Name extends PrimitiveName> = (
  operation: OperationOf<Name>,
  operand: number,
  shapes: readonly Shape[],
) => PaddedLayout | undefined

export type PaddingRequests = { readonly [Name in PrimitiveName]?: PaddingRequest<Name> }

/**
 * The values that are stored with padding. A kernel writes maps into the interior of a larger, zeroed value if their readers
 * want padding, so that a convolution needs no padded copy.
 */
export class PaddedValues {
  readonly #graph: Graph
  readonly #requests: PaddingRequests
  /** By value: the whole of it, and the padding around the interior. */
  readonly #records = new Map<number, { whole: View; padding: Padding }>()

  constructor(graph: Graph, requests: PaddingRequests) {
    this.#graph = graph
    this.#requests = requests
  }

  /** Returns the padding that suffices for all readers of a value in this order, or undefined if none wants any. */
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

  /** Records that a new value has this padding; returns the interior. */
  record(whole: View, padding: Padding): View {
    this.#records.set(whole.value, { whole, padding })
    return interiorOf(whole, padding)
  }

  /** Returns the view extended by this padding, if it is the interior of a value with at least as much. */
  find(view: View, { order, padding }: PaddedLayout): View | undefined {
    const record = this.#records.get(view.value)
    if (record === undefined || !follows(view, order)) return undefined
    const { whole, padding: there } = record
    const rest = there.map(([before, after], i) => [before - padding[i][0], after - padding[i][1]] as const)
    const isEnough = rest.flat().every((length) => length >= 0)
    return isEnough && isSame(view, interiorOf(whole, there)) ? interiorOf(whole, rest) : undefined
  }
}

/** Returns the larger padding on each side. */
function widest(a: Padding, b: Padding): Padding {
  return a.map(([before, after], i) => [Math.max(before, b[i][0]), Math.max(after, b[i][1])])
}

export function isEmpty(padding: Padding): boolean {
  return padding.flat().every((length) => length === 0)
}

/** Returns the shape including the padding. */
export function paddedShape(shape: Shape, padding: Padding): number[] {
  const first = shape.length - padding.length
  return shape.map((length, axis) => (axis < first ? length : length + sum(padding[axis - first])))
}

/** Returns the part of a view without the padding. */
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
