import fc from 'fast-check'
import { allocateHost, type DType, dtypeOf, type HostArray } from '../../../engine/dtype.ts'
import {
  broadcastTo,
  flip,
  logicalNot,
  multiply,
  permute,
  slice,
  type Tensor,
} from '../../../engine/index.ts'
import type { Values } from '../../../engine/laws/arbitraries.ts'
import { format, indexAt, rowMajorStrides, type Shape, sizeOf } from '../../../engine/shape.ts'
import { hostTensor } from '../../../engine/tensor.ts'

/** How an operand comes to lie in memory: a view inside the plan, of a base with these elements. */
interface Layout {
  /** The base's shape, for a view of this shape. */
  readonly base: (shape: Shape) => Shape
  /** Where in the base the element of the view is. */
  readonly at: (index: readonly number[], shape: Shape) => readonly number[]
  readonly view: (base: Tensor, shape: Shape) => Tensor
  /** The view as source text. */
  readonly text: (base: string, shape: Shape) => string
}

const axesBackwards = (shape: Shape) => shape.map((_, axis) => shape.length - 1 - axis)

const layouts = {
  dense: { base: (shape) => shape, at: (index) => index, view: (base) => base, text: (base) => base },
  computed: {
    base: (shape) => shape,
    at: (index) => index,
    view: (base) => (base.dtype === 'bool' ? logicalNot(logicalNot(base)) : multiply(base, 1)),
    text: (base) => `multiply(${base}, 1)`,
  },
  permuted: {
    base: (shape) => shape.toReversed(),
    at: (index) => index.toReversed(),
    view: (base, shape) => permute(base, axesBackwards(shape)),
    text: (base, shape) => `permute(${base}, ${format(axesBackwards(shape))})`,
  },
  everySecond: {
    base: (shape) => shape.map((length) => 2 * length + 1),
    at: (index) => index.map((i) => 2 * i + 1),
    view: (base, shape) => slice(base, ...shape.map(() => [1, null, 2] as const)),
    text: (base, shape) => `slice(${[base, ...shape.map(() => '[1, null, 2]')].join(', ')})`,
  },
  flipped: {
    base: (shape) => shape,
    at: (index, shape) => index.map((i, axis) => shape[axis] - 1 - i),
    view: (base, shape) => flip(base, axesBackwards(shape)),
    text: (base, shape) => `flip(${base}, ${format(axesBackwards(shape))})`,
  },
  repeated: {
    base: (shape) => shape.map((length, axis) => (axis === 0 ? 1 : length)),
    at: (index) => index.map((i, axis) => (axis === 0 ? 0 : i)),
    view: (base, shape) => broadcastTo(base, shape),
    text: (base, shape) => `broadcastTo(${base}, ${format(shape)})`,
  },
} satisfies Record<string, Layout>

type LayoutName = keyof typeof layouts

/** A tensor that an operation is called with. */
export class Operand {
  readonly base: Values
  readonly shape: Shape
  readonly layout: LayoutName
  /** Whether rounding has no meaning for it: it says where, not how much. */
  readonly isIndex: boolean
  #elements: HostArray | undefined

  constructor(base: Values, shape: Shape, layout: LayoutName, isIndex: boolean) {
    this.base = base
    this.shape = shape
    this.layout = layout
    this.isIndex = isIndex
  }

  get dtype(): DType {
    return dtypeOf(this.base.data)
  }

  /** In row-major order. */
  get elements(): HostArray {
    return (this.#elements ??= this.#gather())
  }

  #gather(): HostArray {
    const { data, shape } = this.base
    if (this.layout === 'dense') return data
    const strides = rowMajorStrides(shape)
    const elements = allocateHost(this.dtype, sizeOf(this.shape))
    for (let i = 0; i < elements.length; i++) {
      const at = layouts[this.layout].at(indexAt(i, this.shape), this.shape)
      elements[i] = data[at.reduce((position, index, axis) => position + index * strides[axis], 0)]
    }
    return elements
  }

  /** The tensor, as a view of its base. */
  tensor(): Tensor {
    const { data, shape } = this.base
    return layouts[this.layout].view(hostTensor(data, shape), this.shape)
  }

  /** Source text that makes the tensor. */
  toString(): string {
    const { data, shape } = this.base
    const base = `tensor(${fc.stringify(data)}, { shape: ${format(shape)} })`
    return layouts[this.layout].text(base, this.shape)
  }
}

/** A number that an operation is called with in place of a tensor. */
export class Scalar {
  readonly value: number

  constructor(value: number) {
    this.value = value
  }

  toString(): string {
    return fc.stringify(this.value)
  }
}

export type TensorLikeOperand = Operand | Scalar

/** The elements of a tensor, or the number. */
export function elementsOf(operand: TensorLikeOperand): number[] {
  return operand instanceof Scalar ? [operand.value] : Array.from(operand.elements)
}

/** For a tensor of a given shape and type, dense in most cases. */
export function operandOf(
  shape: Shape,
  elements: (shape: Shape) => fc.Arbitrary<Values>,
  isIndex = false,
): fc.Arbitrary<Operand> {
  const names: LayoutName[] = ['dense', 'dense', 'dense', ...(Object.keys(layouts) as LayoutName[])]
  return fc
    .constantFrom(...names)
    .chain((layout) =>
      elements(layouts[layout].base(shape)).map((base) => new Operand(base, shape, layout, isIndex)),
    )
}
