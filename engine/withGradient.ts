import { aFunction, arrayOf, check } from '../base/arguments.ts'
import { demand } from '../base/errors.ts'
import type { Node } from './node.ts'
import { checkTensor, detach } from './operations/constants.ts'
import { equalShapes, format } from './shape.ts'
import { type Tensor, tensorRule } from './tensor.ts'

/** A custom derivative, which replaces that of the recorded operations. */
export interface Derivative {
  readonly inputs: readonly Node[]
  /** Computes the gradients with respect to the inputs from that with respect to the value; `undefined` for an input without gradient. */
  readonly vjp: (gradient: Tensor) => readonly (Tensor | undefined)[]
}

const derivatives = new WeakMap<Node, Derivative>()

/** @internal Returns the custom derivative of a node; `undefined` if it has none. */
export function derivativeOf(node: Node): Derivative | undefined {
  return derivatives.get(node)
}

const tensors = arrayOf(tensorRule)

/**
 * Returns `value` with a custom gradient: from the gradient of the value, `vjp` computes those of the inputs, each of its
 * input's shape. The operations that computed the value are not differentiated. If `vjp` is composed of operations on the
 * inputs, higher derivatives are correct, too. PyTorch: `torch.autograd.Function`; JAX: `jax.custom_vjp`.
 */
export function withGradient(value: Tensor, inputs: readonly Tensor[], vjp: Derivative['vjp']): Tensor {
  checkTensor('withGradient', 'value', value)
  check('withGradient', 'inputs', inputs, tensors)
  check('withGradient', 'vjp', vjp, aFunction)
  const result = detach(value)
  derivatives.set(result.node, {
    inputs: inputs.map(({ node }) => node),
    vjp(gradient) {
      const gradients = vjp(gradient)
      checkGradients(gradients, inputs)
      return gradients
    },
  })
  return result
}

const gradientsRule = arrayOf({
  expected: 'a tensor or undefined',
  allows: (value) => value === undefined || tensorRule.allows(value),
})

function checkGradients(gradients: readonly (Tensor | undefined)[], inputs: readonly Tensor[]): void {
  check('withGradient', 'the result of vjp', gradients, gradientsRule)
  demand(
    gradients.length === inputs.length,
    () =>
      `withGradient: expected vjp to return one gradient per input, ${inputs.length} in all, got ${gradients.length}`,
  )
  gradients.forEach((gradient, i) => {
    const { shape } = inputs[i]
    demand(
      gradient === undefined || equalShapes(gradient.shape, shape),
      () => `withGradient: expected gradient ${i} to be ${format(shape)}, got ${format(gradient!.shape)}`,
    )
  })
}
