import { type DType, isInt32 } from '../dtype.ts'
import { demand } from '../errors.ts'
import { format, normalizeAxis, type Shape } from '../shape.ts'
import { Tensor, type TensorLike } from '../tensor.ts'
import { apply, type Primitive } from './primitive.ts'

export const literalPrimitive: Primitive = {
  name: 'literal',
  formula: 'a number that is part of the recipe',
  infer: (_, { value, dtype }) => {
    demand(dtype !== 'int32' || isInt32(value as number), () => `literal: int32 has no place for ${value}`)
    return { shape: [], dtype: dtype as DType }
  },
  vjp: 'none',
  examples: [{ inputs: [], attributes: { value: -1.5, dtype: 'float64' } }],
}

export const iotaPrimitive: Primitive = {
  name: 'iota',
  formula: 'output[…, i, …] = i along one axis',
  infer: (_, { shape }) => ({ shape: shape as Shape, dtype: 'int32' }),
  vjp: 'none',
  examples: [
    { inputs: [], attributes: { shape: [5], axis: 0 } },
    { inputs: [], attributes: { shape: [2, 7, 3], axis: 1 } },
  ],
}

export const detachPrimitive: Primitive = {
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

/** What the tensor is now, whatever a variable is assigned later; a number becomes a literal of the given type. */
export function asTensor(value: TensorLike, dtype: DType = 'float32'): Tensor {
  return value instanceof Tensor ? new Tensor(value.node) : literal(value, dtype)
}

/** `output[…, i, …] = i` along one axis, int32. */
export function iota(shape: Shape, axis: number): Tensor {
  return apply(iotaPrimitive, [], { shape, axis: normalizeAxis('iota', axis, shape.length) })
}

/** The integers 0 … length − 1, int32. PyTorch: `torch.arange`. */
export function arange(length: number): Tensor {
  demand(Number.isInteger(length) && length >= 0, () => `arange: expected a length ≥ 0, got ${length}`)
  return iota([length], 0)
}

/** The same values, through which no gradient flows. PyTorch: `Tensor.detach`. */
export function detach(x: TensorLike): Tensor {
  return apply(detachPrimitive, [asTensor(x)])
}

/** Throws unless every length is a whole number ≥ 0; names the shape that the operation is of, where there is one. */
export function checkShape(operation: string, shape: Shape, of?: Shape): void {
  demand(
    shape.every((length) => Number.isInteger(length) && length >= 0),
    () =>
      `${operation}${of ? ` of ${format(of)}` : ''}: expected lengths that are whole numbers ≥ 0, got ${format(shape)}`,
  )
}
