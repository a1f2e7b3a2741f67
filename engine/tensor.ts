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
 * A tensor is a recipe, not a buffer: an operation checks shapes, records a node and returns at once. Elements are
 * computed when somebody awaits `data()`, `item()`, `ndarray()` or `realize(…)`.
 *
 * Operations are methods as well as functions: `add(x, y)` is `x.add(y)`. `methods.ts` attaches them.
 */
export class Tensor {
  /** @internal The recorded operation. A variable's node changes when it is assigned. */
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

  /** What `console.log` shows in Node: elements may not have been computed yet, so they are not among it. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString()
  }
}

export const tensorRule: Rule = anInstance('a tensor', Tensor)

/** What operations take for a tensor: a number is a constant of the recipe. */
export type TensorLike = Tensor | number

export interface TensorOptions {
  /**
   * Default: `float32` for nested numbers and a Float16Array, `bool` for nested booleans, `int32` for integers of 8 or 16
   * bits, else the type of the typed array itself. An array of unsigned or 64-bit integers beyond that has no default.
   */
  dtype?: DType
  /** Default: one axis for a typed array; what the nesting says for nested numbers. */
  shape?: Shape
}

const shapeRule: Rule = arrayOf(whole(0))

const tensorOptions: Rules<TensorOptions> = { dtype: dtypeRule, shape: shapeRule }

/**
 * A tensor with the given elements, copied: a number, nested arrays, a typed array (row-major, with `shape`) or an
 * `ndarray` of any strides. Bytes are numbers: a `Uint8Array`, which is also what `data()` of a bool tensor gives, makes
 * a bool tensor only with `{ dtype: 'bool' }`, where 0 is false and all else true. `{ dtype: 'int32' }` refuses fractions,
 * NaN and what lies outside [−2³¹, 2³¹). PyTorch: `torch.tensor`, which truncates fractions.
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

/** A tensor over a host array that nobody will change any more. */
export function hostTensor(data: HostArray, shape: Shape, resident = false): Tensor {
  const value = { at: 'host', data } as const
  return new Tensor(new Node({ operation: 'input', shape, dtype: dtypeOf(data), resident, value }))
}

/** A tensor over a host array that is made when somebody first reads it, and never if nobody does. */
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

/** A host array as `ndarray` sees it, row-major. */
export function hostView(data: HostArray, shape: Shape): NdArray<HostArray> {
  return ndarray(data, [...shape])
}
