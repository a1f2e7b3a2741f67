import type { PrimitiveName } from '../primitiveNames.ts'
import { equalShapes, type Shape } from '../shape.ts'
import { type Graph, type Operation, type OperationOf, valueType } from './graph.ts'
import { follows, type Order, sliceView, type View } from './view.ts'

/** How many zeros, before and after, for each of the last axes. */
export type Margins = readonly (readonly [before: number, after: number])[]

/** Zeros around maps whose axes lie in some order. */
export interface Halo {
  readonly order: Order
  readonly margins: Margins
}

/** The halo that an operation wants around one of its operands, if it wants one. */
export type HaloWish<Name extends PrimitiveName> = (
  operation: OperationOf<Name>,
  operand: number,
  shapes: readonly Shape[],
) => Halo | undefined

export type HaloWishes = { readonly [Name in PrimitiveName]?: HaloWish<Name> }

/**
 * Which values lie amid zeros. Who computes maps writes them into the middle of a larger value where their readers want
 * zeros around them, so that a convolution needs no padded copy.
 */
export class Halos {
  readonly #graph: Graph
  readonly #wishes: HaloWishes
  /** By number: the whole of a value, and the margins around the part that is written. */
  readonly #surrounded = new Map<number, { whole: View; margins: Margins }>()

  constructor(graph: Graph, wishes: HaloWishes) {
    this.#graph = graph
    this.#wishes = wishes
  }

  /** The margins that suit all readers of a value that lies in this order; none where nobody wants any. */
  wanted(value: number, readers: readonly Operation[], order: Order): Margins | undefined {
    const margins = readers.flatMap((reader) => {
      const shapes = reader.inputs.map((input) => valueType(this.#graph, input).shape)
      return reader.inputs.flatMap((input, operand) => {
        const halo = input === value ? this.#wishOf(reader, operand, shapes) : undefined
        return halo !== undefined && equalShapes(halo.order, order) ? [halo.margins] : []
      })
    })
    return margins.length === 0 ? undefined : margins.reduce(widest)
  }

  #wishOf<Name extends PrimitiveName>(
    reader: OperationOf<Name>,
    operand: number,
    shapes: readonly Shape[],
  ): Halo | undefined {
    return this.#wishes[reader.name]?.(reader, operand, shapes)
  }

  /** Remembers that the margins of a new value are zeros; gives the part inside. */
  record(whole: View, margins: Margins): View {
    this.#surrounded.set(whole.value, { whole, margins })
    return insideOf(whole, margins)
  }

  /** The view with this halo, if it is the inside of a value that has as much. */
  find(view: View, { order, margins }: Halo): View | undefined {
    const surrounded = this.#surrounded.get(view.value)
    if (surrounded === undefined || !follows(view, order)) return undefined
    const { whole, margins: there } = surrounded
    const rest = there.map(([before, after], i) => [before - margins[i][0], after - margins[i][1]] as const)
    const isEnough = rest.flat().every((length) => length >= 0)
    return isEnough && isSame(view, insideOf(whole, there)) ? insideOf(whole, rest) : undefined
  }
}

/** As many zeros as either wants. */
function widest(a: Margins, b: Margins): Margins {
  return a.map(([before, after], i) => [Math.max(before, b[i][0]), Math.max(after, b[i][1])])
}

export function isEmpty(margins: Margins): boolean {
  return margins.flat().every((length) => length === 0)
}

/** The shape with margins around it. */
export function enlarge(shape: Shape, margins: Margins): number[] {
  const first = shape.length - margins.length
  return shape.map((length, axis) => (axis < first ? length : length + sum(margins[axis - first])))
}

/** The part of a view that is left inside margins. */
function insideOf(whole: View, margins: Margins): View {
  const first = whole.shape.length - margins.length
  return sliceView(
    whole,
    whole.shape.map((_, axis) => (axis < first ? 0 : margins[axis - first][0])),
    whole.shape.map(() => 1),
    whole.shape.map((length, axis) => (axis < first ? length : length - sum(margins[axis - first]))),
  )
}

function sum([before, after]: readonly [number, number]): number {
  return before + after
}

function isSame(a: View, b: View): boolean {
  return a.offset === b.offset && equalShapes(a.shape, b.shape) && equalShapes(a.strides, b.strides)
}
