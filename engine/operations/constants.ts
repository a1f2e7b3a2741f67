import { arrayOf, check, largestCount, whole } from '../../base/arguments.ts'
import { demand, describe, InvalidInputError } from '../../base/errors.ts'
import { type DType, isInt32 } from '../dtype.ts'
import { format, normalizeAxis, type Shape } from '../shape.ts'
import { Tensor, type TensorLike, tensorRule } from '../tensor.ts'
import { apply, type Primitive } from './primitive.ts'

export const literalPrimitive: Primitive<'literal'> = {
  name: 'literal',
  formula: 'a number that is part of the recipe',
  infer: (_, { value, dtype }) => {
    demand(dtype !== 'int32' || isInt32(value), () => `literal: int32 has no place for ${value}`)
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

/** A scalar constant that is part of the recipe: another value makes another plan. For a value that changes from
 * step to step use `tensor(value)`, which is an input of the recipe. */
export function literal(value: number, dtype: DType = 'float32'): Tensor {
  return apply(literalPrimitive, [], { value, dtype })
}

/** Throws unless the argument of this name is a tensor: where a number would be none of use. */
export function checkTensor(operation: string, name: string, value: unknown): asserts value is Tensor {
  check(operation, name, value, tensorRule)
}

const lengths = arrayOf(whole(0, largestCount))

/** What the tensor is now, whatever a variable is assigned later; a number becomes a literal of the given type. */
export function asTensor(operation: string, value: TensorLike, dtype: DType = 'float32'): Tensor {
  if (value instanceof Tensor) return new Tensor(value.node)
  if (typeof value !== 'number') checkOperands(operation, value)
  return literal(value, dtype)
}

/** Throws unless each is a tensor or a number. */
export function checkOperands(operation: string, ...values: readonly unknown[]): void {
  for (const value of values) {
    if (value instanceof Tensor || typeof value === 'number') continue
    const remedy = value instanceof Array ? '; tensor(…) makes one of an array' : ''
    throw new InvalidInputError(
      `${operation}: expected a tensor or a number, got ${describe(value)}${remedy}`,
    )
  }
}

/** `output[…, i, …] = i` along one axis, int32. */
export function iota(shape: Shape, axis: number): Tensor {
  checkShape('iota', shape)
  return apply(iotaPrimitive, [], { shape, axis: normalizeAxis('iota', axis, shape.length) })
}

/** The integers 0 … length − 1, int32. PyTorch: `torch.arange`. */
export function arange(length: number): Tensor {
  check('arange', 'length', length, whole(0, largestCount))
  return iota([length], 0)
}

/** The same values, through which no gradient flows. PyTorch: `Tensor.detach`. */
export function detach(x: TensorLike): Tensor {
  return apply(detachPrimitive, [asTensor('detach', x)], {})
}

/** Throws unless every length is a whole number ≥ 0; names the shape that the operation is of, where there is one. */
export function checkShape(operation: string, shape: Shape, of?: Shape): void {
  if (!lengths.allows(shape)) check(of ? `${operation} of ${format(of)}` : operation, 'shape', shape, lengths)
}
