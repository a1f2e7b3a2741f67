import fc from 'fast-check'
import { convertHost, isFloat } from '../dtype.ts'
import type { DType } from '../index.ts'
import type { Attributes } from '../node.ts'
import type { Example } from '../operations/primitive.ts'
import { RandomStream, streamKey } from '../random.ts'
import { sizeOf } from '../shape.ts'
import type { Values } from './arbitraries.ts'

/** What an operation is called with. */
export interface Call {
  readonly inputs: readonly Values[]
  readonly attributes?: Attributes
}

/** For calls of one operation. */
export type Calls = fc.Arbitrary<Call>

/** The shape, type and domain of an operand. */
export type ExampleOperand = Example['inputs'][number]

/**
 * Elements for each operand, drawn from its domain; `floating` replaces float64. Floating elements are apart from each
 * other and from the eighths of the domain, where functions have their kinks: a difference of two values nearby is a
 * derivative there.
 */
export function draw(operands: readonly ExampleOperand[], seed = 1, floating: DType = 'float64'): Values[] {
  const stream = new RandomStream(streamKey(seed, 'examples'))
  const offsets = stream.permutation(64)
  return operands.map(({ shape, dtype = 'float64', domain: [low, high] = [-2, 2] }, operand) => {
    const size = sizeOf(shape)
    const elements = Float64Array.from(stream.permutation(size), (rank) => {
      const uniform = stream.uniform()
      if (dtype === 'bool') return Number(uniform < 0.5)
      if (!isFloat(dtype)) return Math.floor(low + (high - low) * uniform)
      // One element in each of `size` equal parts of the domain, at a place that no other operand has.
      const place = (2 * offsets[operand % 64] + 1 + (uniform - 0.5) / 2) / 128
      return low + ((high - low) * (rank + place)) / size
    })
    return { data: convertHost(dtype === 'float64' ? floating : dtype, elements), shape }
  })
}

/** For calls like an example, elements drawn from the domains. The example shrinks, elements do not. */
export function callsLike(examples: fc.Arbitrary<Example>, floating: DType = 'float64'): Calls {
  return fc.tuple(examples, fc.noShrink(fc.nat())).map(([{ inputs, attributes = {} }, seed]) => ({
    inputs: draw(inputs, seed, floating),
    attributes: attributes.dtype === 'float64' ? { ...attributes, dtype: floating } : attributes,
  }))
}
