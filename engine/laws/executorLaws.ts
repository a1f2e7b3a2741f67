import fc from 'fast-check'
import { type Law, search } from '../../base/laws/law.ts'
import { add, type Executor, grad, openExecutor, realizeOn, type Tensor, variable } from '../index.ts'
import { type AnyPrimitive, applyAny } from '../operations/primitive.ts'
import { primitives } from '../operations/primitives.ts'
import { shape, tensorsOf, type Values, values } from './arbitraries.ts'
import { type Call, callsLike } from './call.ts'
import { callsOf } from './calls.ts'
import { complainOfDifference, inFloat32 } from './comparison.ts'
import { type Expression, evaluate, expression } from './expression.ts'
import { sumLaws } from './sumLaws.ts'

/** Compares the results of an executor with the reference's on the same inputs. */
async function complainOfReference(
  executor: Executor,
  graph: (inputs: Tensor[]) => Tensor[],
  inputs: readonly Values[],
): Promise<string | undefined> {
  const reference = (await openExecutor('reference')).executor
  return complainOfDifference(
    { tensors: graph(tensorsOf(inputs)), executor },
    { tensors: graph(tensorsOf(inputs)), executor: reference },
    inFloat32,
  )
}

/** Returns the call with numbers within the limits of the executor; for integers, even their products. */
function withinLimits({ inputs, attributes = {} }: Call, { limits }: Executor): Call {
  if (limits === undefined) return { inputs, attributes }
  const shorten = (value: number) => value % 2 ** (limits.integerBits / 2)
  const flush = (value: number) => (limits.subnormals || Math.abs(value) >= 2 ** -126 ? value : 0)
  const { dtype, value } = attributes
  return {
    inputs: inputs.map(({ data, shape }) => {
      if (data instanceof Int32Array) return { data: data.map(shorten), shape }
      return { data: data instanceof Float32Array ? data.map(flush) : data, shape }
    }),
    attributes:
      dtype === 'int32' && typeof value === 'number' ? { ...attributes, value: shorten(value) } : attributes,
  }
}

function lawOfPrimitive(primitive: AnyPrimitive): Law<Executor> {
  const { name, formula, examples } = primitive
  const likeExamples = callsLike(fc.constantFrom(...examples), 'float32')
  const cases = fc.oneof({ weight: 4, arbitrary: callsOf(name) }, { weight: 1, arbitrary: likeExamples })
  const complain = (executor: Executor) => (drawn: Call) => {
    const call = withinLimits(drawn, executor)
    return complainOfReference(
      executor,
      (inputs) => [applyAny(primitive, inputs, call.attributes)],
      call.inputs,
    )
  }
  return {
    name,
    statement: `The executor computes ${name} as the reference executor does.`,
    formula,
    tolerance: inFloat32.reason,
    check: (executor, trial) => search(cases, complain(executor), trial),
  }
}

/** One law for each primitive: the executor agrees with the reference on random calls and on the record's examples. */
export const primitiveLaws: readonly Law<Executor>[] = primitives.map(lawOfPrimitive)

/** An expression and its inputs. */
interface Application {
  readonly expression: Expression
  readonly inputs: readonly Values[]
}

const element = fc.integer({ min: -128, max: 128 }).map((count) => count / 128)
const input = shape({ maxRank: 3, maxLength: 4 }).chain((shape) => values(shape, 'float32', element))
const applications: fc.Arbitrary<Application> = fc.record({
  expression: expression(),
  inputs: fc.array(input, { minLength: 1, maxLength: 3 }),
})

function lawOfExpressions(
  statement: Pick<Law<Executor>, 'name' | 'statement' | 'formula'>,
  complain: (executor: Executor, application: Application) => Promise<string | undefined>,
): Law<Executor> {
  return {
    ...statement,
    tolerance: inFloat32.reason,
    check: (executor, trial) => search(applications, (application) => complain(executor, application), trial),
  }
}

/** Returns a scalar that depends on every input and on every value of an expression. */
function total(expression: Expression, inputs: readonly Tensor[]): Tensor {
  return [...inputs, ...evaluate(expression, inputs)].map((value) => value.mean()).reduce(add)
}

/** Laws of random graphs: how planner and executor treat many operations at once. */
export const expressionLaws: readonly Law<Executor>[] = [
  lawOfExpressions(
    {
      name: 'expressions',
      statement: 'The executor computes expressions as the reference executor does.',
      formula: 'every value of the expression equals that of the reference executor',
    },
    (executor, { expression, inputs }) =>
      complainOfReference(executor, (tensors) => [...tensors, ...evaluate(expression, tensors)], inputs),
  ),
  lawOfExpressions(
    {
      name: 'first-order gradients',
      statement: 'The executor computes the gradients of expressions as the reference executor does.',
      formula: '∂s/∂x equals that of the reference executor,  s the sum of the means of all values',
    },
    (executor, { expression, inputs }) =>
      complainOfReference(executor, (tensors) => grad(total(expression, tensors), tensors), inputs),
  ),
  lawOfExpressions(
    {
      name: 'second-order gradients',
      statement: 'The executor computes the gradients of gradients as the reference executor does.',
      formula: '∂r/∂x equals that of the reference executor,  r = ½ Σ ‖∂s/∂x‖²',
    },
    (executor, { expression, inputs }) => {
      const slope = (tensors: Tensor[]) =>
        grad(total(expression, tensors), tensors)
          .map((gradient) => gradient.square().sum().multiply(0.5))
          .reduce(add)
      return complainOfReference(executor, (tensors) => grad(slope(tensors), tensors), inputs)
    },
  ),
  lawOfExpressions(
    {
      name: 'fusion',
      statement:
        'An expression planned as a whole gives the same results as its values computed sequentially.',
      formula: 'fused = unfused, and so are the gradients',
    },
    async (executor, { expression, inputs }) => {
      const record = () => {
        const tensors = tensorsOf(inputs)
        const steps = evaluate(expression, tensors)
        const last = steps.at(-1) ?? tensors[0]
        return { steps, results: [last, ...grad(last.sum(), tensors)] }
      }
      const { steps, results } = record()
      for (const step of steps) await realizeOn(executor, step)
      return complainOfDifference(
        { tensors: record().results, executor },
        { tensors: results, executor },
        inFloat32,
      )
    },
  ),
  lawOfExpressions(
    {
      name: 'repetition',
      statement: 'The same expression on the same inputs gives the same bits every time.',
      formula: 'f(x) = f(x), bit for bit',
    },
    async (executor, { expression, inputs }) => {
      const results = () => {
        const tensors = tensorsOf(inputs)
        return grad(total(expression, tensors), tensors)
      }
      const exact = { relative: 0, reason: 'none: the bits are equal' }
      return complainOfDifference({ tensors: results(), executor }, { tensors: results(), executor }, exact)
    },
  ),
  lawOfExpressions(
    {
      name: 'variables',
      statement:
        'Variables updated by gradient descent with momentum end with the same values as on the reference executor.',
      formula: 'm ← 0.9 m + ∂s/∂x,  x ← x − 0.1 m,  three times',
    },
    async (executor, { expression, inputs }) => {
      const reference = (await openExecutor('reference')).executor
      return complainOfDifference(
        { tensors: await train(executor, expression, inputs), executor },
        { tensors: await train(reference, expression, inputs), executor: reference },
        inFloat32,
      )
    },
  ),
]

async function train(
  executor: Executor,
  expression: Expression,
  inputs: readonly Values[],
): Promise<Tensor[]> {
  const variables = tensorsOf(inputs).map(variable)
  const momenta = variables.map((each) => variable(each.multiply(0)))
  for (let step = 0; step < 3; step++) {
    const loss = total(expression, variables)
    grad(loss, variables).forEach((gradient, i) => {
      momenta[i].assign(momenta[i].multiply(0.9).add(gradient))
      variables[i].assign(variables[i].subtract(momenta[i].multiply(0.1)))
    })
    await realizeOn(executor, loss, ...momenta, ...variables)
  }
  return [...variables, ...momenta]
}

/** All laws of an executor. */
export const executorLaws: readonly Law<Executor>[] = [...primitiveLaws, ...expressionLaws, ...sumLaws]
