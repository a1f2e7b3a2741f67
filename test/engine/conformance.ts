import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  add,
  type Executor,
  grad,
  logSoftmax,
  logSumExp,
  openExecutor,
  realizeOn,
  softmax,
  type Tensor,
  tensor,
  variable,
} from '../../engine/index.ts'
import type { Attributes } from '../../engine/node.ts'
import { apply, type Example, type Primitive } from '../../engine/operations/primitive.ts'
import { primitives } from '../../engine/operations/primitives.ts'
import type { Call, Values } from './arbitraries.ts'
import { calls } from './calls.ts'
import { compositions } from './compositions.ts'
import { draw, type Operand, tensorsOf } from './examples.ts'
import { type Program, program, run } from './programs.ts'

/** float32 keeps 24 bits; a few are lost in long sums and in the executors' approximations. */
const tolerance = 1e-5

/**
 * Holds an executor to the reference: every primitive on its examples and on random calls, every composed operation
 * with its gradient. int32 and bool must be equal, float32 close.
 */
export function describeConformance(name: string, open: () => Promise<Executor>): void {
  describe(`the ${name} executor`, () => {
    let executor: Executor
    let reference: Executor
    beforeAll(async () => {
      executor = await open()
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

    it.each(['expm1', 'log1p', 'sin', 'tanh', 'atan', 'erf', 'sinh'] as const)(
      'should keep the digits of %s near 0',
      async (name) => {
        const small = Float32Array.from({ length: 60 }, (_, i) => (i % 2 ? -1 : 1) * 0.7 ** i)
        const got = await tensor(small)[name]().data({ executor })
        const wanted = await tensor(small)[name]().data({ executor: reference })
        for (const [i, value] of wanted.entries())
          expect(Math.abs(got[i] / value - 1), `at ${small[i]}`).toBeLessThan(1e-6)
      },
    )

    it.each([
      [[1e4, -1e4, 0]],
      [[-1e4, -1e4, -1e4]],
      [[1e4, 1e4, 1e4]],
      [[0, -Infinity, 0]],
      [[-Infinity, -Infinity, -Infinity]],
      [[Infinity, 0, 1]],
      [[Number.NaN, 0, 1]],
    ])('should agree with the reference on the softmax of %j', (row) =>
      compare(
        ([x]) => [softmax(x), logSoftmax(x), logSumExp(x)],
        [{ data: Float32Array.from(row), shape: [3] }],
      ),
    )

    it('should agree with the reference on random programs and their gradients', () => {
      const outputsAndGradients = (program: Program) => (inputs: Tensor[]) => {
        const outputs = run(program, inputs)
        const total = outputs.map((output) => output.sum()).reduce(add, inputs[0].sum())
        return [...outputs, ...grad(total, inputs)]
      }
      const inputs = draw(programInputs, 1, 'float32')
      return fc.assert(
        fc.asyncProperty(program, (program) => compare(outputsAndGradients(program), inputs)),
        { numRuns: 150 },
      )
    })

    it('should agree with the reference on variables that a random program trains', () =>
      fc.assert(
        fc.asyncProperty(program, async (program) => {
          const values = draw(programInputs, 2, 'float32')
          const trained = await train(executor, program, values)
          const expected = await train(reference, program, values)
          for (const [i, variable] of trained.entries()) await expectClose(variable, expected[i])
        }),
        { numRuns: 50 },
      ))
  })
}

const programInputs: Operand[] = [{ shape: [3, 4] }, { shape: [4] }, { shape: [2, 1, 3] }]

/** Three steps of gradient descent with momentum on the sum of all that a program makes of its variables. */
async function train(executor: Executor, program: Program, values: readonly Values[]): Promise<Tensor[]> {
  const variables = tensorsOf(values).map(variable)
  const momenta = variables.map((each) => variable(each.multiply(0)))
  for (let step = 0; step < 3; step++) {
    const loss = run(program, variables)
      .map((output) => output.mean())
      .reduce(add, variables[0].mean())
    grad(loss, variables).forEach((gradient, i) => {
      momenta[i].assign(momenta[i].multiply(0.9).add(gradient))
      variables[i].assign(variables[i].subtract(momenta[i].multiply(0.1)))
    })
    await realizeOn(executor, loss, ...momenta, ...variables)
  }
  return [...variables, ...momenta]
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
