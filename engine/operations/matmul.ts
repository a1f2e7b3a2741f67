import { demand } from '../../base/errors.ts'
import { promote } from '../dtype.ts'
import { broadcastShapes, format } from '../shape.ts'
import type { Tensor, TensorLike } from '../tensor.ts'
import { cast } from './casts.ts'
import { asTensor } from './constants.ts'
import { apply, type Primitive } from './primitive.ts'
import { broadcastTo, expandDimensions, squeeze, transpose } from './reshaping.ts'
import { sharedType } from './types.ts'

export const matmulPrimitive: Primitive<'matmul'> = {
  name: 'matmul',
  formula: 'output[…, i, j] = Σₖ a[…, i, k] b[…, k, j]',
  infer: ([a, b]) => {
    demand(
      a.shape.at(-1) === b.shape.at(-2),
      () => `matmul: expected equal inner lengths, got ${format(a.shape)} by ${format(b.shape)}`,
    )
    return {
      shape: [...a.shape.slice(0, -1), b.shape.at(-1)!],
      dtype: sharedType('matmul', 'number', [a, b]),
    }
  },
  vjp: (gradient, { inputs: [a, b] }) => [matmul(gradient, transpose(b)), matmul(transpose(a), gradient)],
  examples: [
    { inputs: [{ shape: [3, 4] }, { shape: [4, 5] }] },
    { inputs: [{ shape: [2, 3, 7, 5] }, { shape: [2, 3, 5, 2] }] },
    { inputs: [{ shape: [1, 1] }, { shape: [1, 9] }] },
  ],
}

/**
 * Returns the matrix product over the last two axes, with the others broadcast together; an operand with one axis is a
 * vector, as in NumPy. bool counts as int32, whose sums wrap around. PyTorch: `torch.matmul`, which rejects bool.
 */
export function matmul(a: TensorLike, b: TensorLike): Tensor {
  const [x, y] = [asTensor('matmul', a), asTensor('matmul', b)]
  demand(
    x.rank > 0 && y.rank > 0,
    () => `matmul: expected matrices or vectors, got ${format(x.shape)} and ${format(y.shape)}`,
  )
  const type = promote(x.dtype, y.dtype, 'int32')
  const left = cast(x.rank === 1 ? expandDimensions(x, 0) : x, type)
  const right = cast(y.rank === 1 ? expandDimensions(y, 1) : y, type)
  const batch = broadcastShapes('matmul', [left.shape.slice(0, -2), right.shape.slice(0, -2)])
  const factors = [
    broadcastTo(left, [...batch, ...left.shape.slice(-2)]),
    broadcastTo(right, [...batch, ...right.shape.slice(-2)]),
  ]
  const product = apply(matmulPrimitive, factors, {})
  const vectorAxes = [...(x.rank === 1 ? [-2] : []), ...(y.rank === 1 ? [-1] : [])]
  return vectorAxes.length > 0 ? squeeze(product, vectorAxes) : product
}
