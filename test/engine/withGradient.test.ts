import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  divide,
  exp,
  grad,
  gradientCheck,
  log,
  multiply,
  round,
  sum,
  type Tensor,
  tensor,
  variable,
  withGradient,
} from '../../engine/index.ts'
import { float64, reference } from './numbers.ts'

const read = async (x: Tensor) => [...(await x.data({ executor: reference }))]

/** ln Σ exp x, with the gradient softmax(x) · dy. */
function logSumExp(x: Tensor): Tensor {
  const total = sum(exp(x))
  return withGradient(log(total), [x], (gradient) => [multiply(gradient, divide(exp(x), total))])
}

describe('withGradient', () => {
  it('should keep the value, and be right in every order if the gradient is', async () => {
    const numbers = fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 1, maxLength: 6 })
    await fc.assert(
      fc.asyncProperty(numbers, async (values) => {
        const [value] = await read(logSumExp(float64(values)))
        expect(value).toBeCloseTo(Math.log(values.reduce((total, x) => total + Math.exp(x), 0)), 12)
        await gradientCheck(logSumExp, [float64(values)], { order: 3, tolerance: 1e-4 })
      }),
      { numRuns: 30 },
    )
  })

  it('should not differentiate what is behind the value', async () => {
    const x = float64([0.4, 1.6])
    const straightThrough = withGradient(round(x), [x], (gradient) => [gradient])
    const [gradient] = grad(sum(multiply(straightThrough, straightThrough)), [x])
    expect(await read(gradient)).toEqual([0, 4])
  })

  it('should reach several inputs, variables among them, and leave out those without a gradient', async () => {
    const [a, b, c] = [variable(float64([2])), float64([3]), float64([5])]
    const value = withGradient(float64([7]), [a, b, c], (gradient) => [
      multiply(gradient, b),
      undefined,
      multiply(gradient, a),
    ])
    const gradients = grad(multiply(value, 10), [a, b, c], tensor([1], { dtype: 'float64' }))
    expect(await Promise.all(gradients.map(read))).toEqual([[30], [0], [20]])
  })

  it('should name a gradient that does not fit', () => {
    const x = float64([1, 2])
    const returning = (...gradients: (Tensor | undefined)[]) =>
      grad(sum(withGradient(x, [x], () => gradients)), [x])
    expect(() => returning()).toThrow(
      'withGradient: expected vjp to return one gradient per input, 1 in all, got 0',
    )
    expect(() => returning(float64([1]))).toThrow('withGradient: expected gradient 0 to be [2], got [1]')
  })
})
