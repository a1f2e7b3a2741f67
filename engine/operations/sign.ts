import type { Tensor, TensorLike } from '../tensor.ts'
import { subtract } from './arithmetic.ts'
import { cast } from './casts.ts'
import { less } from './comparisons.ts'
import { asTensor } from './constants.ts'

/** The sign of x: −1, 0 or 1, with gradient 0. */
export function sign(x: TensorLike): Tensor {
  const value = asTensor('sign', x)
  return cast(subtract(cast(less(0, value), 'int32'), cast(less(value, 0), 'int32')), value.dtype)
}
