import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import type { DeviceName } from '../../engine/device.ts'
import { type Executor, grad, openExecutor, realizeOn, type Tensor } from '../../engine/index.ts'
import type { Attributes } from '../../engine/node.ts'
import { apply, type Example, type Primitive } from '../../engine/operations/primitive.ts'
import { primitives } from '../../engine/operations/primitives.ts'
import type { Values } from './arbitraries.ts'
import { type Call, calls } from './calls.ts'
import { compositions } from './compositions.ts'
import { draw, tensorsOf } from './examples.ts'

/** float32 keeps 24 bits; a few are lost in long sums and in the executors' approximations. */
const tolerance = 1e-5

/**
 * Holds an executor to the reference: every primitive on its examples and on random calls, every composed operation
 * with its gradient. int32 and bool must be equal, float32 close.
 */
export function describeConformance(name: DeviceName): void {
  describe(`the ${name} executor`, () => {
    let executor: Executor
    let reference: Executor
    beforeAll(async () => {
      executor = (await openExecutor(name)).executor
      reference = (await openExecutor('reference')).executor
    })

    /** Both executors compute what a recipe makes of the same elements. */
    async function compare(recipe: (inputs: Tensor[]) => Tensor[], inputs: readonly Values[]): Promise<void> {
      const outputs = recipe(tensorsOf(inputs))
      const expected = recipe(tensorsOf(inputs))
      await realizeOn(executor, ...outputs)
      await realizeOn(reference, ...expected)
      for (const [i, output] of outputs.entries()) await expectClose(output, expected[i])
    }

    const compareCall = (primitive: Primitive, { inputs, attributes }: Call) =>
      compare((tensors) => [apply(primitive, tensors, attributes)], inputs)

    describe.each(Object.values(primitives))('should agree with the reference on $name', (primitive) => {
      it.each(primitive.examples.map((example, i) => [i, example] as const))('example %i', (_, example) =>
        compareCall(primitive, inFloat32(example)),
      )
      it('random calls', () =>
        fc.assert(
          fc.asyncProperty(calls[primitive.name], (call) => compareCall(primitive, call)),
          { numRuns: 40 },
        ))
    })

    it.each(Object.entries(compositions))(
      'should agree with the reference on %s and its gradient',
      (_, each) => {
        const withGradient = (inputs: Tensor[]) => {
          const output = each.call(...inputs)
          const floating = inputs.filter(({ dtype }) => dtype === 'float32')
          return each.differentiable ? [output, ...grad(output.sum(), floating)] : [output]
        }
        return compare(withGradient, draw(each.operands, 1, 'float32'))
      },
    )
  })
}

/** The example's call with float32 in the place of float64. */
function inFloat32({ inputs, attributes = {} }: Example): Call {
  const dtype = attributes.dtype === 'float64' ? 'float32' : attributes.dtype
  const types: Attributes = dtype === undefined ? {} : { dtype }
  return { inputs: draw(inputs, 1, 'float32'), attributes: { ...attributes, ...types } }
}

async function expectClose(output: Tensor, expected: Tensor): Promise<void> {
  expect(output.shape).toEqual(expected.shape)
  expect(output.dtype).toBe(expected.dtype)
  const got = await output.data()
  const wanted = await expected.data()
  if (expected.dtype !== 'float32') return expect(got).toEqual(wanted)
  for (const [i, value] of wanted.entries()) {
    const close =
      Object.is(got[i], value) || Math.abs(got[i] - value) <= tolerance * Math.max(1, Math.abs(value))
    if (!close) expect.fail(`element ${i} is ${got[i]}, the reference has ${value}`)
  }
}
