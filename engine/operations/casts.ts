import { check } from '../../base/arguments.ts'
import { castScalar, type DType, dtypeRule, isFloat, toFloat } from '../dtype.ts'
import type { Tensor, TensorLike } from '../tensor.ts'
import { asTensor } from './constants.ts'
import { apply, type Primitive } from './primitive.ts'

export const castPrimitive: Primitive<'cast'> = {
  name: 'cast',
  formula: 'x in another type',
  infer: ([x], { dtype }) => ({ shape: x.shape, dtype }),
  vjp: (gradient, { inputs: [x] }) => [isFloat(x.dtype) ? cast(gradient, x.dtype) : undefined],
  examples: [
    { inputs: [{ shape: [2, 5] }], attributes: { dtype: 'float32' } },
    { inputs: [{ shape: [7], domain: [-3, 3] }], attributes: { dtype: 'int32' } },
    { inputs: [{ shape: [3], dtype: 'int32' }], attributes: { dtype: 'bool' } },
    { inputs: [{ shape: [6], dtype: 'bool' }], attributes: { dtype: 'float64' } },
  ],
}

/** Converts to another type; int32 rounds towards zero, bool is x ≠ 0. PyTorch: `Tensor.to`. */
export function cast(x: TensorLike, dtype: DType): Tensor {
  check('cast', 'dtype', dtype, dtypeRule)
  return castTensor(asTensor('cast', typeof x === 'number' ? castScalar(dtype)(x) : x, dtype), dtype)
}

/** Casts a tensor; returns it unchanged if it already has the type. */
export function castTensor(x: Tensor, dtype: DType): Tensor {
  return x.dtype === dtype ? x : apply(castPrimitive, [x], { dtype })
}

/** Returns a floating tensor unchanged, any other as float32. */
export function asFloat(operation: string, x: TensorLike): Tensor {
  const value = asTensor(operation, x)
  return cast(value, toFloat(value.dtype))
}
