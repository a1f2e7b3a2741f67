import { convertHost, type DType, isFloat } from '../../engine/dtype.ts'
import type { Example } from '../../engine/operations/primitive.ts'
import { RandomStream, streamKey } from '../../engine/random.ts'
import { sizeOf } from '../../engine/shape.ts'
import { hostTensor, type Tensor } from '../../engine/tensor.ts'
import type { Values } from './arbitraries.ts'

export type Operand = Example['inputs'][number]

/** Elements for each operand of an example, drawn from its domain. `floating` replaces float64. */
export function draw(operands: readonly Operand[], seed = 1, floating: DType = 'float64'): Values[] {
  const stream = new RandomStream(streamKey(seed, 'examples'))
  return operands.map(({ shape, dtype = 'float64', domain: [low, high] = [-2, 2] }) => {
    const elements = Float64Array.from({ length: sizeOf(shape) }, () => {
      const element = low + (high - low) * stream.uniform()
      if (dtype === 'bool') return Number(stream.uniform() < 0.5)
      return isFloat(dtype) ? element : Math.floor(element)
    })
    return { data: convertHost(dtype === 'float64' ? floating : dtype, elements), shape }
  })
}

export function tensorsOf(values: readonly Values[]): Tensor[] {
  return values.map(({ data, shape }) => hostTensor(data, shape))
}
