import { promote } from '../dtype.ts'
import { broadcastShapes } from '../shape.ts'
import type { Tensor, TensorLike } from '../tensor.ts'
import { cast } from './casts.ts'
import { checkOperands } from './constants.ts'
import { together } from './elementwise.ts'
import { apply, type Primitive } from './primitive.ts'
import { sharedType } from './types.ts'

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
