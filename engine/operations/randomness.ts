import { arrayOf, check, either, whole } from '../../base/arguments.ts'
import { demand } from '../../base/errors.ts'
import type { Key } from '../../base/random.ts'
import { format, type Shape } from '../shape.ts'
import { hostTensor, Tensor, tensorRule } from '../tensor.ts'
import { multiply, subtract } from './arithmetic.ts'
import { cast } from './casts.ts'
import { checkShape } from './constants.ts'
import { log, sqrt } from './powers.ts'
import { apply, type Primitive } from './primitive.ts'
import { slice } from './slicing.ts'
import { cos } from './trigonometry.ts'

export const randomBitsPrimitive: Primitive<'randomBits'> = {
  name: 'randomBits',
  formula: 'output[i] = first word of threefry2x32(key, (i, 0)) >>> 8',
  infer: ([key], { shape }) => {
    demand(
      key.dtype === 'int32' && key.shape.join() === '2',
      () => `randomBits: expected a key of two int32 words, got ${key.dtype} ${format(key.shape)}`,
    )
    return { shape, dtype: 'int32' }
  },
  vjp: 'none',
  examples: [
    { inputs: [{ shape: [2], dtype: 'int32', domain: [-1e9, 1e9] }], attributes: { shape: [11] } },
    { inputs: [{ shape: [2], dtype: 'int32', domain: [-1e9, 1e9] }], attributes: { shape: [2, 3, 4] } },
  ],
}

/**
 * Returns 24 random bits per element (as many as float32 represents exactly), int32, the same on every executor. The
 * key is an input of the graph: a new key reuses the plan. Element i is number i of `RandomStream` with that key.
 */
export function randomBits(key: Key | Tensor, shape: Shape): Tensor {
  return bits('randomBits', key, shape)
}

const keyRule = either(arrayOf(whole(-(2 ** 31), 2 ** 32 - 1), 2), tensorRule)

function bits(operation: string, key: Key | Tensor, shape: Shape): Tensor {
  check(operation, 'key', key, keyRule)
  checkShape(operation, shape)
  const words =
    key instanceof Tensor
      ? key
      : hostTensor(
          Int32Array.from(key, (word) => word | 0),
          [2],
        )
  return apply(randomBitsPrimitive, [words], { shape })
}

/** Returns uniform numbers in [0, 1), float32. PyTorch: `torch.rand`, but a pure function of the key. */
export function randomUniform(key: Key | Tensor, shape: Shape): Tensor {
  return uniform('randomUniform', key, shape)
}

function uniform(operation: string, key: Key | Tensor, shape: Shape): Tensor {
  return multiply(cast(bits(operation, key, shape), 'float32'), 2 ** -24)
}

/** Returns standard normal numbers, float32 (Box–Muller). PyTorch: `torch.randn`, but a pure function of the key. */
export function randomNormal(key: Key | Tensor, shape: Shape): Tensor {
  checkShape('randomNormal', shape)
  const uniforms = uniform('randomNormal', key, [2, ...shape])
  const radius = sqrt(multiply(log(subtract(1, slice(uniforms, 0))), -2))
  return multiply(radius, cos(multiply(slice(uniforms, 1), 2 * Math.PI)))
}
