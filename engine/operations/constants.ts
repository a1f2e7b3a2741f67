import { arrayOf, check, largestCount, whole } from '../../base/arguments.ts'
import { demand, describe, InvalidInputError } from '../../base/errors.ts'
import { type DType, isInt32 } from '../dtype.ts'
import { format, normalizeAxis, type Shape } from '../shape.ts'
import { Tensor, type TensorLike, tensorRule } from '../tensor.ts'
import { apply, type Primitive } from './primitive.ts'

export const literalPrimitive: Primitive<'literal'> = {
  name: 'literal',
  formula: 'a constant number',
  infer: (_, { value, dtype }) => {
    demand(dtype !== 'int32' || isInt32(value), () => `literal: expected an int32 value, got ${value}`)
    return { shape: [], dtype }
  },
  vjp: 'none',
  examples: [{ inputs: [], attributes: { value: -1.5, dtype: 'float64' } }],
}

export const iotaPrimitive: Primitive<'iota'> = {
  name: 'iota',
  formula: 'output[…, i, …] = i along one axis',
  infer: (_, { shape }) => ({ shape, dtype: 'int32' }),
  vjp: 'none',
  examples: [
    { inputs: [], attributes: { shape: [5], axis: 0 } },
    { inputs: [], attributes: { shape: [2, 7, 3], axis: 1 } },
  ],
}

export const detachPrimitive: Primitive<'detach'> = {
  name: 'detach',
  formula: 'x',
  infer: ([x]) => ({ shape: x.shape, dtype: x.dtype }),
  vjp: 'none',
  examples: [{ inputs: [{ shape: [3, 5] }] }],
}

/**
 * Returns a scalar constant that is part of the graph: a different value needs a different plan. For a value that
 * changes from step to step use `tensor(value)`, which is an input of the graph.
 */
export function literal(value: number, dtype: DType = 'float32'): Tensor {
  return apply(literalPrimitive, [], { value, dtype })
}

/** The literals of `operandLiteral`, and the most that are kept for a type. */
const kept = new Map<DType, Map<number, Tensor>>()
const mostKept = 256

/**
 * Returns a literal for a number operand. Equal ones share a node, since a training step uses few numbers hundreds of times.
 * Only operations hold such a node, so it is never a source of gradients, and never realized.
 */
export function operandLiteral(value: number, dtype: DType): Tensor {
  let ofType = kept.get(dtype)
  if (ofType === undefined) kept.set(dtype, (ofType = new Map()))
  // A map does not tell −0 from 0.
  if (Object.is(value, -0)) return literal(value, dtype)
  const known = ofType.get(value)
  if (known !== undefined) return known
  const made = literal(value, dtype)
  if (ofType.size < mostKept) ofType.set(value, made)
  return made
}

/** Throws unless the named argument is a tensor; numbers are rejected, too. */
export function checkTensor(operation: string, name: string, value: unknown): asserts value is Tensor {
  check(operation, name, value, tensorRule)
}

const lengths = arrayOf(whole(0, largestCount))

/** Returns a tensor's current value, unaffected by later assignments; a number becomes a literal of the given type. */
export function asTensor(operation: string, value: TensorLike, dtype: DType = 'float32'): Tensor {
  if (value instanceof Tensor) return new Tensor(value.node)
  if (typeof value !== 'number') checkOperands(operation, value)
  return literal(value, dtype)
}

/** Throws unless each value is a tensor or a number. */
export function checkOperands(operation: string, ...values: readonly unknown[]): void {
  for (const value of values) {
    if (value instanceof Tensor || typeof value === 'number') continue
    const remedy = value instanceof Array ? '; convert arrays with tensor(…)' : ''
    throw new InvalidInputError(
      `${operation}: expected a tensor or a number, got ${describe(value)}${remedy}`,
    )
  }
}

/** Returns `output[…, i, …] = i` along one axis, int32. */
export function iota(shape: Shape, axis: number): Tensor {
  checkShape('iota', shape)
  return apply(iotaPrimitive, [], { shape, axis: normalizeAxis('iota', axis, shape.length) })
}

/** Returns the integers 0 … length − 1, int32. PyTorch: `torch.arange`. */
export function arange(length: number): Tensor {
  check('arange', 'length', length, whole(0, largestCount))
  return iota([length], 0)
}

/** Returns the same values without gradient. PyTorch: `Tensor.detach`. */
export function detach(x: TensorLike): Tensor {
  return apply(detachPrimitive, [asTensor('detach', x)], {})
}

/** Throws unless every length is an integer ≥ 0; the message names the input's shape `of`, if given. */
export function checkShape(operation: string, shape: Shape, of?: Shape): void {
  if (!lengths.allows(shape)) check(of ? `${operation} of ${format(of)}` : operation, 'shape', shape, lengths)
}
