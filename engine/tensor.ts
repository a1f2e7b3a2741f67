import type { NdArray } from 'ndarray'
import ndarray from 'ndarray'
import {
  aFunction,
  anInstance,
  arrayOf,
  check,
  checkOptions,
  type Rule,
  type Rules,
  whole,
} from '../base/arguments.ts'
import { demand } from '../base/errors.ts'
import { type DType, dtypeOf, dtypeRule, type HostArray } from './dtype.ts'
import { type HostView, type Nested, readElements, type TypedArray } from './elements.ts'
import { Node } from './node.ts'
import { format, type Shape, sizeOf } from './shape.ts'

/**
 * A lazy tensor: a graph node, not a buffer. An operation checks shapes, records a node and returns at once. Elements are
 * computed by `data()`, `item()`, `ndarray()` and `realize(…)`.
 *
 * Operations are methods as well as functions: `add(x, y)` is `x.add(y)`. `methods.ts` attaches them.
 */
export class Tensor {
  /** @internal The recorded operation. Assigning a variable changes its node. */
  node: Node

  /** @internal Use `tensor(…)` or an operation. */
  constructor(node: Node) {
    this.node = node
  }

  get shape(): Shape {
    return this.node.shape
  }

  get dtype(): DType {
    return this.node.dtype
  }

  /** The number of axes. */
  get rank(): number {
    return this.node.shape.length
  }

  /** The number of elements. */
  get size(): number {
    return sizeOf(this.node.shape)
  }

  toString(): string {
    const { operation } = this.node
    return `Tensor(${this.dtype} ${format(this.shape)}, ${operation === 'input' ? operation : operation.name})`
  }

  /** The output of `console.log` in Node, without elements, which may not have been computed. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString()
  }
}

export const tensorRule: Rule = anInstance('a tensor', Tensor)

/** A tensor operand; a number is a constant of the graph. */
export type TensorLike = Tensor | number

export interface TensorOptions {
  /**
   * Default: `float32` for nested numbers and a Float16Array, `bool` for nested booleans, `int32` for integers of 8 or 16
   * bits, otherwise the type of the typed array. Arrays of unsigned 32-bit or of 64-bit integers have no default.
   */
  dtype?: DType
  /** Default: one axis for a typed array; that of the nesting for nested numbers. */
  shape?: Shape | undefined
}

const shapeRule: Rule = arrayOf(whole(0))

const tensorOptions: Rules<TensorOptions> = { dtype: dtypeRule, shape: shapeRule }

/**
 * Creates a tensor with a copy of the given elements: a number, nested arrays, a typed array (row-major, with `shape`) or an
 * `ndarray` of any strides. A `Uint8Array`, which `data()` of a bool tensor returns too, becomes a bool tensor only with
 * `{ dtype: 'bool' }`: 0 is false, everything else true. `{ dtype: 'int32' }` rejects fractions, NaN and numbers outside
 * [−2³¹, 2³¹) with an `InvalidInputError`. PyTorch: `torch.tensor`, which truncates fractions.
 */
export function tensor(values: Nested | TypedArray | HostView, options: TensorOptions = {}): Tensor {
  checkOptions('tensor', options, tensorOptions)
  const { data, shape } = readElements(values, options.dtype)
  const finalShape = options.shape ?? shape
  demand(
    sizeOf(finalShape) === data.length,
    () =>
      `tensor: shape ${format(finalShape)} holds ${sizeOf(finalShape)} elements, but ${data.length} were given`,
  )
  return hostTensor(data, finalShape)
}

/** Creates a tensor over a host array, without copying. The array must not change afterwards. */
export function hostTensor(data: HostArray, shape: Shape, resident = false): Tensor {
  const value = { at: 'host', data } as const
  return new Tensor(new Node({ operation: 'input', shape, dtype: dtypeOf(data), resident, value }))
}

/** Creates a tensor over a host array that `make` returns when the tensor is first read. */
export function deferredTensor(make: () => HostArray, shape: Shape, dtype: DType): Tensor {
  check('deferredTensor', 'make', make, aFunction)
  check('deferredTensor', 'shape', shape, shapeRule)
  check('deferredTensor', 'dtype', dtype, dtypeRule)
  let made: HostArray | undefined
  const value = {
    at: 'host',
    get data() {
      return (made ??= make())
    },
  } as const
  return new Tensor(new Node({ operation: 'input', shape, dtype, value }))
}

/** Returns a row-major `ndarray` over a host array. */
export function hostView(data: HostArray, shape: Shape): NdArray<HostArray> {
  return ndarray(data, [...shape])
}
