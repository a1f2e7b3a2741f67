import { arrayOf, check } from '../base/arguments.ts'
import { demand } from '../base/errors.ts'
import { isFloat } from './dtype.ts'
import type { Node } from './node.ts'
import { add } from './operations/arithmetic.ts'
import type { CallOf } from './operations/attributes.ts'
import { checkTensor, literal } from './operations/constants.ts'
import { primitiveOf } from './operations/primitives.ts'
import { sum } from './operations/reductions.ts'
import { broadcastTo, reshape } from './operations/reshaping.ts'
import type { PrimitiveName } from './primitiveNames.ts'
import { equalShapes, format, type Shape } from './shape.ts'
import { Tensor, tensorRule } from './tensor.ts'
import { Variable } from './variable.ts'

/**
 * Returns the gradient of `output` with respect to each of `sources`, by reverse-mode differentiation. Gradients are lazy
 * tensors too, so they can be differentiated again. A source that the output does not depend on gets zeros. `cotangent`, of
 * the output's shape, weights an output that is not a scalar. PyTorch: `torch.autograd.grad`.
 */
export function grad(output: Tensor, sources: readonly Tensor[], cotangent?: Tensor): Tensor[] {
  return gradWhereReached(output, sources, cotangent).map((gradient, i) => {
    const { dtype, shape } = sources[i]
    return gradient ?? broadcastTo(literal(0, dtype), shape)
  })
}

/** Like `grad`, but undefined for a source that the output does not depend on. PyTorch: `allow_unused=True`. */
export function gradWhereReached(
  output: Tensor,
  sources: readonly Tensor[],
  cotangent?: Tensor,
): (Tensor | undefined)[] {
  checkTensor('grad', 'output', output)
  check('grad', 'sources', sources, tensors)
  if (cotangent !== undefined) checkTensor('grad', 'cotangent', cotangent)
  demand(isFloat(output.dtype), () => `grad: expected a floating output, got ${output.dtype}`)
  demand(
    cotangent !== undefined || output.size === 1,
    () =>
      `grad: expected a scalar output, got ${format(output.shape)}; for any other shape, pass a cotangent`,
  )
  const seed = cotangent ?? broadcastTo(literal(1, output.dtype), output.shape)
  demand(
    equalShapes(seed.shape, output.shape),
    () => `grad: expected a cotangent of shape ${format(output.shape)}, got ${format(seed.shape)}`,
  )

  const targets = new Set(sources.map((source) => source.node))
  const gradients = new Map<Node, Tensor>([[output.node, seed]])
  for (const node of pathsTo(targets, output.node)) {
    const gradient = gradients.get(node)
    if (gradient !== undefined) distribute(node, gradient, gradients)
  }
  return sources.map(({ node }) => gradients.get(node))
}

const tensors = arrayOf(tensorRule)

/** Returns the nodes on paths from the output to the targets, each before its inputs. */
function pathsTo(targets: ReadonlySet<Node>, output: Node): Node[] {
  const relevant = new Map<Node, boolean>()
  const ordered: Node[] = []
  const visit = (node: Node) => ({ node, inputs: differentiableInputs(node), next: 0 })
  const stack = [visit(output)]
  while (stack.length > 0) {
    const top = stack[stack.length - 1]
    if (top.next < top.inputs.length) {
      const input = top.inputs[top.next++]
      if (!relevant.has(input)) {
        relevant.set(input, false)
        stack.push(visit(input))
      }
    } else {
      const onPath = targets.has(top.node) || top.inputs.some((input) => relevant.get(input))
      relevant.set(top.node, onPath)
      if (onPath) ordered.push(top.node)
      stack.pop()
    }
  }
  return ordered.reverse()
}

/** Returns the variables that a gradient of the output reaches, for any of their values. Records nothing. */
export function variablesReached(output: Tensor): Set<Variable> {
  checkTensor('variablesReached', 'output', output)
  const variables = new Set<Variable>()
  const nodes = new Set([output.node])
  // Iteration visits nodes that are added during it.
  for (const node of nodes) {
    if (node.variable instanceof Variable) variables.add(node.variable)
    else for (const input of differentiableInputs(node)) nodes.add(input)
  }
  return variables
}

function differentiableInputs(node: Node): readonly Node[] {
  if (node.derivative !== undefined) return node.derivative.inputs
  return node.operation === 'input' || primitiveOf(node.operation.name).vjp === 'none' ? [] : node.inputs
}

/** Adds a node's contributions to the gradients of its inputs. */
function distribute(node: Node, gradient: Tensor, gradients: Map<Node, Tensor>): void {
  if (node.operation === 'input') return
  const { derivative } = node
  const { inputs } = derivative ?? node
  const contributions =
    derivative?.vjp(gradient.node).map((contribution) => contribution && new Tensor(contribution)) ??
    contributionsOf(node.operation, node, gradient)
  contributions.forEach((contribution, i) => {
    if (contribution === undefined) return
    const input = inputs[i]
    const fitted = unbroadcast(contribution, input.shape)
    const sofar = gradients.get(input)
    gradients.set(input, sofar === undefined ? fitted : add(sofar, fitted))
  })
}

/** Returns the vector–Jacobian product of a call with respect to each of its inputs. */
function contributionsOf<Name extends PrimitiveName>(
  { name, attributes }: CallOf<Name>,
  node: Node,
  gradient: Tensor,
): (Tensor | undefined)[] {
  const { vjp } = primitiveOf(name)
  if (vjp === 'none') return []
  const inputs = node.inputs.map((input) => new Tensor(input))
  return vjp(gradient, { inputs, output: new Tensor(node), attributes })
}

/** Sums a gradient over the axes along which its operand was repeated. */
function unbroadcast(gradient: Tensor, shape: Shape): Tensor {
  if (equalShapes(gradient.shape, shape)) return gradient
  const missing = gradient.rank - shape.length
  const repeated = gradient.shape.flatMap((length, axis) =>
    axis < missing || (shape[axis - missing] === 1 && length !== 1) ? [axis] : [],
  )
  return reshape(sum(gradient, repeated, { keepDimensions: true }), shape)
}
