import { promote } from '../dtype.ts'
import { broadcastShapes } from '../shape.ts'
import type { Tensor, TensorLike } from '../tensor.ts'
import { cast } from './casts.ts'
import { checkOperands } from './constants.ts'
import { binary, together, unary } from './elementwise.ts'
import { apply, type Primitive } from './primitive.ts'
import { sharedType } from './types.ts'

/** a < b. */
export const less = binary('less')({ formula: 'a < b', compares: true, vjp: 'none' })

/** a ≤ b. */
export const lessEqual = binary('lessEqual')({ formula: 'a ≤ b', compares: true, vjp: 'none' })

/** a = b. */
export const equal = binary('equal')({ formula: 'a = b', compares: true, vjp: 'none' })

/** Not x. */
export const logicalNot = unary('logicalNot')({ formula: 'not x', computes: 'bool', vjp: 'none' })

/** a and b. */
export const logicalAnd = binary('logicalAnd')({ formula: 'a and b', computes: 'bool', vjp: 'none' })

/** a or b. */
export const logicalOr = binary('logicalOr')({ formula: 'a or b', computes: 'bool', vjp: 'none' })

export const wherePrimitive: Primitive<'where'> = {
  name: 'where',
  formula: 'condition ? a : b',
  infer: ([condition, a, b]) => {
    sharedType('where', 'bool', [condition])
    return {
      shape: broadcastShapes('where', [condition.shape, a.shape, b.shape]),
      dtype: sharedType('where', 'any', [a, b]),
    }
  },
  vjp: (gradient, { inputs: [condition] }) => [
    undefined,
    where(condition, gradient, 0),
    where(condition, 0, gradient),
  ],
  examples: [
    { inputs: [{ shape: [2, 3], dtype: 'bool' }, { shape: [2, 3] }, { shape: [] }] },
    { inputs: [{ shape: [3], dtype: 'bool' }, { shape: [2, 1] }, { shape: [2, 3] }] },
  ],
}

/** `condition ? a : b`, broadcast together. PyTorch: `torch.where`. */
export function where(condition: TensorLike, a: TensorLike, b: TensorLike): Tensor {
  checkOperands('where', condition)
  const [x, y] = together(a, b, { name: 'where', computes: 'number', compares: false })
  const type = promote(x.dtype, y.dtype)
  return apply(wherePrimitive, [cast(condition, 'bool'), cast(x, type), cast(y, type)], {})
}
