import fc from 'fast-check'
import { RandomStream, streamKey } from '../../base/random.ts'
import { convertHost, isFloat } from '../dtype.ts'
import type { DType } from '../index.ts'
import type { Attributes, AttributesOf } from '../operations/attributes.ts'
import type { Example } from '../operations/primitive.ts'
import type { PrimitiveName } from '../primitiveNames.ts'
import type { Kinks } from '../scalarFunctions.ts'
import { sizeOf } from '../shape.ts'
import type { Values } from './arbitraries.ts'

/** The operands and attributes of a call. */
export interface Call<Given extends Attributes = Attributes> {
  readonly inputs: readonly Values[]
  readonly attributes?: Given
}

/** For calls of one operation. */
export type Calls<Given extends Attributes = Attributes> = fc.Arbitrary<Call<Given>>

/** For calls of the named primitive. */
export type CallsOf<Name extends PrimitiveName> = Calls<AttributesOf[Name]>

/** The shape, type and domain of an operand. */
export type ExampleOperand = Example['inputs'][number]

/** The elements at which formulas most often fail, and which occur most often. */
const specialElements = [0, 1, -1]

/**
 * Draws special floating elements: half of the time 0 or ±1, if in the domain and not at a kink, otherwise `undefined`.
 * Ties are therefore common.
 */
function specialDraws({ at = [], ties = false }: Kinks, seed: number) {
  const stream = new RandomStream(streamKey(seed, 'special elements'))
  const used = new Set<number>(at)
  return ([low, high]: readonly [number, number]): number | undefined => {
    const candidates = specialElements.filter((each) => each >= low && each <= high && !used.has(each))
    if (stream.uniform() < 0.5 || candidates.length === 0) return undefined
    const drawn = candidates[Math.floor(stream.uniform() * candidates.length)]
    if (ties) used.add(drawn)
    return drawn
  }
}

/**
 * Draws elements for each operand from its domain; `floating` replaces float64. Floating elements are distinct and
 * avoid the eighths of the domain; with `kinks`, half of them are 0 or ±1 instead, except at kinks.
 */
export function draw(
  operands: readonly ExampleOperand[],
  seed = 1,
  floating: DType = 'float64',
  kinks?: Kinks,
): Values[] {
  const stream = new RandomStream(streamKey(seed, 'examples'))
  const offsets = stream.permutation(64)
  const special = kinks && specialDraws(kinks, seed)
  return operands.map(({ shape, dtype = 'float64', domain = [-2, 2] }, operand) => {
    const [low, high] = domain
    const size = sizeOf(shape)
    const elements = Float64Array.from(stream.permutation(size), (rank) => {
      const uniform = stream.uniform()
      if (dtype === 'bool') return Number(uniform < 0.5)
      if (!isFloat(dtype)) return Math.floor(low + (high - low) * uniform)
      // One element in each of `size` equal parts of the domain, at an offset that no other operand uses.
      const fraction = (2 * offsets[operand % 64] + 1 + (uniform - 0.5) / 2) / 128
      return special?.(domain) ?? low + ((high - low) * (rank + fraction)) / size
    })
    return { data: convertHost(dtype === 'float64' ? floating : dtype, elements), shape }
  })
}

/** For calls like the examples, with elements drawn from their domains. Examples shrink, elements do not. */
export function callsLike(examples: fc.Arbitrary<Example>, floating: DType = 'float64'): Calls {
  return fc.tuple(examples, fc.noShrink(fc.nat())).map(([{ inputs, attributes = {}, kinks = {} }, seed]) => ({
    inputs: draw(inputs, seed, floating, kinks),
    attributes: attributes.dtype === 'float64' ? { ...attributes, dtype: floating } : attributes,
  }))
}
