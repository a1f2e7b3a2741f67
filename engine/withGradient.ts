import { aFunction, arrayOf, check } from '../base/arguments.ts'
import { demand } from '../base/errors.ts'
import { checkTensor, detach } from './operations/constants.ts'
import { equalShapes, format } from './shape.ts'
import { Tensor, tensorRule } from './tensor.ts'

/**
 * Returns the gradients with respect to the inputs from that with respect to the value; `undefined` for an input without
 * gradient.
 */
export type VectorJacobianProduct = (gradient: Tensor) => readonly (Tensor | undefined)[]

const tensors = arrayOf(tensorRule)

/**
 * Returns `value` with a custom gradient: from the gradient of the value, `vjp` computes those of the inputs, each of its
 * input's shape. The operations that computed the value are not differentiated. If `vjp` is composed of operations on the
 * inputs, higher derivatives are correct, too. PyTorch: `torch.autograd.Function`; JAX: `jax.custom_vjp`.
 */
export function withGradient(value: Tensor, inputs: readonly Tensor[], vjp: VectorJacobianProduct): Tensor {
  checkTensor('withGradient', 'value', value)
  check('withGradient', 'inputs', inputs, tensors)
  check('withGradient', 'vjp', vjp, aFunction)
  const result = detach(value)
  result.node.derivative = {
    inputs: inputs.map(({ node }) => node),
    vjp(gradient) {
      const gradients = vjp(new Tensor(gradient))
      checkGradients(gradients, inputs)
      return gradients.map((gradient) => gradient?.node)
    },
  }
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
