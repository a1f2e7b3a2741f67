import type { NdArray } from 'ndarray'
import ndarray from 'ndarray'
import { allocateHost, convertHost, type DType, dtypeOf, type HostArray } from './dtype.ts'
import { demand } from './errors.ts'
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
    return `Tensor(${this.dtype} ${format(this.shape)}, ${this.node.operation})`
  }

  /** What `console.log` shows in Node: elements may not have been computed yet, so they are not among it. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString()
  }
}

/** Numbers nested as deeply as the tensor has axes, as in `[[1, 2], [3, 4]]`. */
export type Nested = number | boolean | readonly Nested[]

/** What operations take for a tensor: a number is a constant of the recipe. */
export type TensorLike = Tensor | number

/** Anything that looks like `ndarray`'s view: data, shape, stride and offset. */
export type HostView = Pick<NdArray<HostArray>, 'data' | 'shape' | 'stride' | 'offset'>

export interface TensorOptions {
  /** Default: that of the typed array; `float32` for nested numbers, `bool` for nested booleans. */
  dtype?: DType
  /** Default: one axis for a typed array; what the nesting says for nested numbers. */
  shape?: Shape
}

/**
 * A tensor with the given elements, copied: a number, nested arrays, a typed array (row-major, with `shape`) or an
 * `ndarray` of any strides. PyTorch: `torch.tensor`.
 */
export function tensor(values: Nested | HostArray | HostView, options: TensorOptions = {}): Tensor {
  const { data, shape } = readValues(values)
  const dtype = options.dtype ?? (data instanceof Array ? 'float32' : dtypeOf(data))
  const finalShape = options.shape ?? shape
  demand(
    sizeOf(finalShape) === data.length,
    () =>
      `tensor: shape ${format(finalShape)} holds ${sizeOf(finalShape)} elements, but ${data.length} were given`,
  )
  return hostTensor(convertHost(dtype, data), finalShape)
}

/** A tensor over a host array that nobody will change any more. */
export function hostTensor(data: HostArray, shape: Shape, resident = false): Tensor {
  const value = { at: 'host', data } as const
  return new Tensor(new Node({ operation: 'input', shape, dtype: dtypeOf(data), resident, value }))
}

/** A tensor over a host array that is made when somebody first reads it, and never if nobody does. */
export function deferredTensor(make: () => HostArray, shape: Shape, dtype: DType): Tensor {
  let made: HostArray | undefined
  const value = {
    at: 'host',
    get data() {
      return (made ??= make())
    },
  } as const
  return new Tensor(new Node({ operation: 'input', shape, dtype, value }))
}

function readValues(values: Nested | HostArray | HostView): { data: HostArray | number[]; shape: Shape } {
  if (ArrayBuffer.isView(values)) return { data: values as HostArray, shape: [values.length] }
  if (isHostView(values)) return { data: readView(values), shape: values.shape }
  return readNested(values)
}

function isHostView(values: Nested | HostView): values is HostView {
  return typeof values === 'object' && values !== null && 'stride' in values
}

function describe(value: unknown): string {
  return typeof value === 'string' ? `'${value}'` : String(value)
}

/** The elements of a view in row-major order. */
function readView(view: HostView): HostArray {
  const elements = allocateHost(dtypeOf(view.data), sizeOf(view.shape))
  let next = 0
  const visit = (axis: number, offset: number) => {
    if (axis === view.shape.length) elements[next++] = view.data[offset]
    else for (let i = 0; i < view.shape[axis]; i++) visit(axis + 1, offset + i * view.stride[axis])
  }
  visit(0, view.offset)
  return elements
}

function readNested(values: Nested): { data: HostArray | number[]; shape: Shape } {
  const shape: number[] = []
  for (let level: Nested = values; level instanceof Array; level = level[0] as Nested) {
    shape.push(level.length)
    if (level.length === 0) break
  }
  const flat: (number | boolean)[] = []
  const visit = (level: Nested, axis: number) => {
    const length = level instanceof Array ? level.length : undefined
    demand(
      length === shape[axis],
      () =>
        `tensor: nested arrays are ragged: axis ${axis} has ${shape[axis] ?? 'no'} and ${length ?? 'no'} elements`,
    )
    if (level instanceof Array) for (const item of level) visit(item, axis + 1)
    else {
      const kind = typeof level
      demand(
        kind === 'number' || kind === 'boolean',
        () => `tensor: expected numbers or booleans, got ${describe(level)}`,
      )
      flat.push(level as number | boolean)
    }
  }
  visit(values, 0)
  const boolean = flat.length > 0 && flat.every((value) => typeof value === 'boolean')
  return { data: boolean ? Uint8Array.from(flat, Number) : flat.map(Number), shape }
}

/** A host array as `ndarray` sees it, row-major. */
export function hostView(data: HostArray, shape: Shape): NdArray<HostArray> {
  return ndarray(data, [...shape])
}
