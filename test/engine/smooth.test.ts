import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { gradientCheck, type Tensor } from '../../engine/index.ts'
import { tensorsOf } from '../../engine/laws/arbitraries.ts'
import { callsLike } from '../../engine/laws/call.ts'
import { applyAny, type Example } from '../../engine/operations/primitive.ts'
import { primitives } from '../../engine/operations/primitives.ts'
import { compositions } from './compositions.ts'

interface Smooth {
  readonly name: string
  readonly call: (...inputs: Tensor[]) => Tensor
  readonly example: Example
}

const isPlain = ({ inputs, attributes }: Example) =>
  attributes === undefined && inputs.every(({ shape, dtype }) => shape.length <= 2 && dtype === undefined)

/** Functions without kinks, each with a small call. */
const smooth: readonly Smooth[] = [
  ...primitives
    .filter(({ vjp }) => vjp !== 'none')
    .flatMap((primitive) =>
      primitive.examples
        .filter((example) => example.kinks === undefined && isPlain(example))
        .slice(0, 2)
        .map((example) => ({
          name: primitive.name,
          call: (...inputs: Tensor[]) => applyAny(primitive, inputs),
          example,
        })),
    ),
  ...Object.entries(compositions)
    .filter(([, { differentiable, kinks }]) => differentiable && kinks === undefined)
    .map(([name, { call, operands }]) => ({ name, call, example: { inputs: operands } })),
]

describe('the third derivative of a smooth function', () => {
  it.each(smooth)('should be that of differences, also at 0, ±1 and ties: $name', ({ name, call, example }) =>
    fc.assert(
      fc.asyncProperty(callsLike(fc.constant(example)), async ({ inputs }) => {
        const error = await gradientCheck(call, tensorsOf(inputs), { name, order: 3 })
        expect(error).toBeLessThan(1e-6)
      }),
      { numRuns: 3 },
    ),
  )
})
