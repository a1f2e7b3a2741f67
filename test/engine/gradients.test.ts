import { describe, expect, it } from 'vitest'
import { isFloat } from '../../engine/dtype.ts'
import { gradientCheck } from '../../engine/index.ts'
import { apply, type Example, type Primitive } from '../../engine/operations/primitive.ts'
import { primitives } from '../../engine/operations/primitives.ts'
import { compositions } from './compositions.ts'
import { draw, tensorsOf } from './examples.ts'

/** Whether a gradient flows from the example's result to one of its operands. */
function isDifferentiable({ vjp, infer }: Primitive, { inputs, attributes = {} }: Example): boolean {
  const operands = inputs.map(({ shape, dtype = 'float64' as const }) => ({ shape, dtype }))
  const floating = operands.some(({ dtype }) => isFloat(dtype))
  return vjp !== 'none' && floating && isFloat(infer(operands, attributes).dtype)
}

const checks = Object.values(primitives).flatMap((primitive) =>
  primitive.examples
    .filter((example) => isDifferentiable(primitive, example))
    .map((example, i) => ({ primitive, example, i })),
)

describe('the gradient of every primitive, to the second order', () => {
  it.each(checks)('should be right for $primitive.name, example $i', async ({ primitive, example }) => {
    const call = (...inputs: Parameters<typeof apply>[1][number][]) =>
      apply(primitive, inputs, example.attributes)
    const inputs = tensorsOf(draw(example.inputs))
    expect(await gradientCheck(call, inputs, { name: primitive.name })).toBeLessThan(1e-6)
  })

  it('should be declared none, or have an example to check it on', () => {
    const checked = new Set(checks.map(({ primitive }) => primitive.name))
    const unchecked = Object.values(primitives).filter(
      ({ name, vjp }) => vjp !== 'none' && !checked.has(name),
    )
    expect(unchecked).toEqual([])
  })
})

describe('the gradient of every composed operation, to the second order', () => {
  const differentiable = Object.entries(compositions).filter(([, { differentiable }]) => differentiable)
  it.each(differentiable)('should be right for %s', async (name, { call, operands }) => {
    expect(await gradientCheck(call, tensorsOf(draw(operands)), { name })).toBeLessThan(1e-6)
  })
})
