import type fc from 'fast-check'
import { type Law, search } from '../../base/laws/law.ts'
import { isFloat } from '../dtype.ts'
import {
  add,
  broadcastTo,
  currentExecutor,
  type Executor,
  grad,
  gradientCheck,
  multiply,
  openExecutor,
  realizeOn,
  type Tensor,
} from '../index.ts'
import type { Attributes } from '../operations/attributes.ts'
import type { Example } from '../operations/primitive.ts'
import { broadcastShapes } from '../shape.ts'
import { tensorsOf } from './arbitraries.ts'
import { type Call, callsLike, draw } from './call.ts'
import { complainOfDifference, inFloat32, inFloat64 } from './comparison.ts'

/** An operation under test. */
export interface Operation {
  readonly name: string
  readonly call: (inputs: readonly Tensor[], attributes: Attributes) => Tensor
  /** For shapes, types and domains of operands, and for attributes. Half of the elements drawn are 0, 1 or −1. */
  readonly examples: fc.Arbitrary<Example>
  /** Whether operands broadcast, as those of `add` do. Default false. */
  readonly broadcasts?: boolean
  /** False if operands or results are not real numbers, or if there is no gradient. Default true. */
  readonly differentiable?: boolean
  /** The executor to compare with the reference executor. Default: the current one. */
  readonly executor?: Executor
}

/** Returns the laws that apply to an operation. */
export function lawsOf({ broadcasts = false, differentiable = true }: Operation): Law<Operation>[] {
  return [
    agreement,
    fusion,
    ...(broadcasts ? [broadcasting] : []),
    ...(differentiable ? [linearity, firstOrder, secondOrder] : []),
  ]
}

/** A case of a law: an operation with the operands and attributes of a call. */
interface Site {
  readonly operation: Operation
  readonly drawn: Call
  apply(inputs: readonly Tensor[]): Tensor
}

type Statement = Pick<Law<Operation>, 'name' | 'statement' | 'formula'>

function lawOfCalls(
  statement: Statement,
  tolerance: string,
  complain: (site: Site) => Promise<string | undefined>,
  floating: 'float32' | 'float64' = 'float64',
): Law<Operation> {
  return {
    ...statement,
    tolerance,
    check: (operation, trial) =>
      search(
        callsLike(operation.examples, floating),
        (drawn) => {
          const apply = (inputs: readonly Tensor[]) => operation.call(inputs, drawn.attributes ?? {})
          return complain({ operation, drawn, apply })
        },
        trial,
      ),
  }
}

/** Makes a law that two graphs over the same operands are equal, both computed on the reference executor. */
function equation(
  statement: Statement,
  sides: (inputs: Tensor[], site: Site) => { left: Tensor[]; right: Tensor[] },
): Law<Operation> {
  return lawOfCalls(statement, inFloat64.reason, async (site) => {
    const { executor } = await openExecutor('reference')
    const { left, right } = sides(tensorsOf(site.drawn.inputs), site)
    return complainOfDifference({ tensors: left, executor }, { tensors: right, executor }, inFloat64)
  })
}

/** Returns f(inputs) and, for a differentiable operation, the gradients of ⟨cotangent, f⟩. */
function withGradients({ operation, apply }: Site, inputs: readonly Tensor[]): Tensor[] {
  const output = apply(inputs)
  if (operation.differentiable === false) return [output]
  return [output, ...grad(output, floatingOf(inputs), cotangentFor(output, 1))]
}

function floatingOf(inputs: readonly Tensor[]): Tensor[] {
  return inputs.filter(({ dtype }) => isFloat(dtype))
}

function cotangentFor({ shape, dtype }: Tensor, seed: number): Tensor {
  return tensorsOf(draw([{ shape, dtype }], seed, dtype))[0]
}

const agreement = lawOfCalls(
  {
    name: 'reference',
    statement: 'The executor computes the operation and its gradients as the reference executor does.',
    formula: 'f(x) and ∂⟨c, f(x)⟩/∂x equal those of the reference executor',
  },
  inFloat32.reason,
  async (site) => {
    const executor = site.operation.executor ?? (await currentExecutor())
    const reference = (await openExecutor('reference')).executor
    const results = () => withGradients(site, tensorsOf(site.drawn.inputs))
    return complainOfDifference(
      { tensors: results(), executor },
      { tensors: results(), executor: reference },
      inFloat32,
    )
  },
  'float32',
)

const fusion = lawOfCalls(
  {
    name: 'fusion',
    statement:
      'Planning the operation together with others gives the same results as computing them one by one.',
    formula: 'f(x/2 + x/2) / 2 + 1, planned as a whole, equals the result of its steps computed sequentially',
  },
  inFloat32.reason,
  async (site) => {
    const executor = site.operation.executor ?? (await currentExecutor())
    const stages = () => {
      const inputs = tensorsOf(site.drawn.inputs)
      const before = inputs.map((x) => (isFloat(x.dtype) ? add(multiply(x, 0.5), multiply(x, 0.5)) : x))
      const output = site.apply(before)
      const after = isFloat(output.dtype) ? add(multiply(output, 0.5), 1) : output
      const gradients = withGradients({ ...site, apply: () => after }, inputs).slice(1)
      return { before, output, results: [after, ...gradients] }
    }
    const { before, output, results } = stages()
    await realizeOn(executor, ...before)
    await realizeOn(executor, output)
    return complainOfDifference(
      { tensors: stages().results, executor },
      { tensors: results, executor },
      inFloat32,
    )
  },
  'float32',
)

const broadcasting = equation(
  {
    name: 'broadcasting',
    statement:
      'Broadcasting the operands to their common shape first gives the same result and the same gradients.',
    formula: 'f(a, b) = f(broadcastTo(a, s), broadcastTo(b, s)),  s the common shape',
  },
  (inputs, site) => {
    const shapes = inputs.map(({ shape }) => shape)
    const common = broadcastShapes(site.operation.name, shapes)
    const repeated = inputs.map((x) => broadcastTo(x, common))
    const afterRepeating: Site = { ...site, apply: () => site.apply(repeated) }
    return { left: withGradients(site, inputs), right: withGradients(afterRepeating, inputs) }
  },
)

const linearity = equation(
  {
    name: 'linearity',
    statement: 'The vector–Jacobian product is linear in the vector.',
    formula: 'vjp(3c − d) = 3 vjp(c) − vjp(d)',
  },
  (inputs, { apply }) => {
    const output = apply(inputs)
    const [c, d] = [cotangentFor(output, 1), cotangentFor(output, 2)]
    const sources = floatingOf(inputs)
    const [ofC, ofD] = [grad(output, sources, c), grad(output, sources, d)]
    return {
      left: grad(output, sources, c.multiply(3).subtract(d)),
      right: ofC.map((gradient, i) => gradient.multiply(3).subtract(ofD[i])),
    }
  },
)

function gradients(statement: Statement, order: number): Law<Operation> {
  const tolerance =
    '10⁻⁶ of the terms: a central difference of step 10⁻⁵ in float64 has an error of about 10⁻¹⁰'
  return lawOfCalls(statement, tolerance, async ({ operation, drawn, apply }) => {
    await gradientCheck((...inputs) => apply(inputs), tensorsOf(drawn.inputs), {
      name: operation.name,
      order,
    })
    return undefined
  })
}

const firstOrder = gradients(
  {
    name: 'first-order gradient',
    statement: 'The directional derivative from the gradient equals the central difference.',
    formula: '⟨∇s(x), d⟩ = (s(x + εd) − s(x − εd)) / 2ε,  s = ⟨c, f⟩',
  },
  1,
)

const secondOrder = gradients(
  {
    name: 'second-order gradient',
    statement: 'The directional derivative of the gradient equals the central difference of the gradient.',
    formula: '⟨∇r(x), d⟩ = (r(x + εd) − r(x − εd)) / 2ε,  r = ⟨∇s, e⟩',
  },
  2,
)
