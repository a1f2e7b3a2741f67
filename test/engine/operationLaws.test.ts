import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isFloat } from '../../engine/dtype.ts'
import { describeOperation } from '../../engine/laws/index.ts'
import { type AnyPrimitive, applyAny, type Example } from '../../engine/operations/primitive.ts'
import { primitives } from '../../engine/operations/primitives.ts'
import { compositions } from './compositions.ts'

/** Whether a gradient flows from the example's result to one of its operands. */
function isDifferentiable({ vjp, infer }: AnyPrimitive, { inputs, attributes = {} }: Example): boolean {
  const operands = inputs.map(({ shape, dtype = 'float64' as const }) => ({ shape, dtype }))
  const floating = operands.some(({ dtype }) => isFloat(dtype))
  return vjp !== 'none' && floating && isFloat(infer(operands, attributes).dtype)
}

const differentiable = primitives
  .map((primitive) => ({
    primitive,
    examples: primitive.examples.filter((example) => isDifferentiable(primitive, example)),
  }))
  .filter(({ examples }) => examples.length > 0)

describe('every primitive with a gradient', () => {
  for (const { primitive, examples } of differentiable) {
    const call = (inputs: Parameters<typeof applyAny>[1], attributes: Example['attributes']) =>
      applyAny(primitive, inputs, attributes)
    const { name } = primitive
    describeOperation({ name, call, examples: fc.constantFrom(...examples) }, { runs: 2 * examples.length })
  }

  it('should have an example to check it on', () => {
    const checked = new Set(differentiable.map(({ primitive }) => primitive.name))
    const unchecked = primitives.filter(({ name, vjp }) => vjp !== 'none' && !checked.has(name))
    expect(unchecked).toEqual([])
  })
})

describe('every composed operation', () => {
  for (const [name, { call, operands, kinks, differentiable }] of Object.entries(compositions)) {
    const examples = fc.constant({ inputs: operands, kinks })
    describeOperation({ name, call: (inputs) => call(...inputs), examples, differentiable }, { runs: 4 })
  }
})
