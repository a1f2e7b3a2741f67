import type { Rule } from '../base/arguments.ts'
import { demand, describe } from '../base/errors.ts'
import { checkView, viewOf } from '../base/stridedView.ts'
import { allocateHost, convertHost, type DType, type HostArray, isInt32 } from './dtype.ts'
import { type Shape, sizeOf } from './shape.ts'

/** Numbers in nested arrays, one level for each axis, as in `[[1, 2], [3, 4]]`. */
export type Nested = number | boolean | readonly Nested[]

/** A typed array of any kind, including ones that JavaScript lacks, such as the `Float16Array` of @petamoriken/float16. */
export interface TypedArray extends ArrayLike<number | bigint> {
  readonly buffer: ArrayBufferLike
  readonly [Symbol.toStringTag]: string
}

/** A strided view with the interface of `ndarray`. */
export interface HostView {
  readonly data: TypedArray | readonly (number | boolean)[]
  readonly shape: Shape
  readonly stride: readonly number[]
  readonly offset: number
}

/** The default tensor type for each kind of typed array: one that can hold all its numbers. */
const typesOfKinds: Readonly<Record<string, DType | undefined>> = {
  Int8Array: 'int32',
  Uint8Array: 'int32',
  Uint8ClampedArray: 'int32',
  Int16Array: 'int32',
  Uint16Array: 'int32',
  Int32Array: 'int32',
  Float16Array: 'float32',
  Float32Array: 'float32',
  Float64Array: 'float64',
}

/** Elements in row-major order, with their default type. */
interface Elements {
  readonly elements: ArrayLike<number>
  readonly shape: Shape
  readonly dtype: DType
}

/** Copies the elements for a tensor, in the given type or their default type. */
export function readElements(
  values: Nested | TypedArray | HostView,
  asked?: DType,
): { data: HostArray; shape: Shape } {
  const { elements, shape, dtype } = isTypedArray(values)
    ? { ...readTyped(values, asked), shape: [values.length] }
    : isHostView(values)
      ? { ...readView(values, asked), shape: values.shape }
      : readNested(values)
  const type = asked ?? dtype
  if (type === 'int32' && dtype !== 'int32') checkIntegers(elements)
  return { data: convertHost(type, elements), shape }
}

function isTypedArray(values: unknown): values is TypedArray {
  return typeof values === 'object' && values !== null && Symbol.toStringTag in values && 'buffer' in values
}

const dataRule: Rule = {
  expected: 'an array',
  allows: (value) => value instanceof Array || isTypedArray(value),
}
const hostViewRule = viewOf('an ndarray', dataRule)

function isHostView(values: Nested | HostView): values is HostView {
  return typeof values === 'object' && values !== null && 'stride' in values
}

function readTyped(values: TypedArray, asked?: DType): Omit<Elements, 'shape'> {
  const kind = values[Symbol.toStringTag]
  demand(
    kind !== 'DataView',
    () => 'tensor: expected a typed array, got a DataView, whose bytes have no type',
  )
  const dtype = typesOfKinds[kind] ?? asked
  demand(
    dtype !== undefined,
    () =>
      `tensor: a ${kind} has no default type: give { dtype: 'int32' }, which checks each number, ` +
      "or { dtype: 'float64' }, which rounds beyond 2^53",
  )
  if (kind in typesOfKinds) return { elements: values as ArrayLike<number>, dtype }
  return { elements: Float64Array.from(values, Number), dtype: 'float64' }
}

/** Reads a view in row-major order. */
function readView(view: HostView, asked?: DType): Omit<Elements, 'shape'> {
  checkView('tensor', 'values', view, hostViewRule)
  const { data, shape, stride, offset } = view
  const all = isTypedArray(data) ? readTyped(data, asked) : readFlat(data)
  const elements = allocateHost(isTypedArray(data) ? all.dtype : 'float64', sizeOf(shape))
  let next = 0
  const visit = (axis: number, at: number) => {
    if (axis === shape.length) elements[next++] = all.elements[at]
    else for (let i = 0; i < shape[axis]; i++) visit(axis + 1, at + i * stride[axis])
  }
  visit(0, offset)
  return { elements, dtype: all.dtype }
}

/** Reads nested arrays level by level, so that no recursion limits the depth. */
function readNested(values: Nested): Elements {
  const shape: number[] = []
  const seen = new Set<Nested>()
  let level: readonly unknown[] = [values]
  for (let first = values; first instanceof Array; first = first[0]) {
    demand(!seen.has(first), () => 'tensor: an array contains itself')
    seen.add(first)
    const axis = shape.push(first.length) - 1
    level = level.flatMap((item) => elementsAlong(item, axis, first.length))
    if (first.length === 0) break
  }
  for (const item of level) if (item instanceof Array) elementsAlong(item, shape.length, undefined)
  return { ...readFlat(level), shape }
}

/** Returns the elements of an array that must have `expected` of them; if that is undefined, it must be a number. */
function elementsAlong(item: unknown, axis: number, expected: number | undefined): readonly unknown[] {
  const length = item instanceof Array ? item.length : undefined
  demand(
    length === expected,
    () =>
      `tensor: nested arrays are ragged: axis ${axis} has ${expected ?? 'no'} and ${length ?? 'no'} elements`,
  )
  return item as unknown[]
}

/** Reads numbers as float32 and booleans as bool; a mixture is float32. */
function readFlat(values: readonly unknown[]): Omit<Elements, 'shape'> {
  for (const value of values) {
    demand(
      typeof value === 'number' || typeof value === 'boolean',
      () =>
        `tensor: expected numbers or booleans, got ${describe(value)}${typeof value === 'bigint' ? ', a BigInt' : ''}`,
    )
  }
  const areTruths = values.length > 0 && values.every((value) => typeof value === 'boolean')
  return { elements: Float64Array.from(values, Number), dtype: areTruths ? 'bool' : 'float32' }
}

function checkIntegers(elements: ArrayLike<number>): void {
  for (let i = 0; i < elements.length; i++) {
    demand(
      isInt32(elements[i]),
      () => `tensor: int32 holds integers from -2147483648 to 2147483647, but element ${i} is ${elements[i]}`,
    )
  }
}
