import { describe, expect, it } from 'vitest'
import {
  detach,
  exp,
  gather,
  gradientCheck,
  multiply,
  softmax,
  sum,
  type Tensor,
  tensor,
} from '../../engine/index.ts'
import { float64, int32, reference } from './numbers.ts'

/** x², with a gradient that misses one of its two terms. */
function halfSquare(x: Tensor): Tensor {
  return multiply(x, detach(x))
}

/** x³ whose gradient is right, but not that gradient's own gradient. */
function frozenSlope(x: Tensor): Tensor {
  const cube = detach(multiply(multiply(x, x), x))
  const slope = detach(multiply(multiply(x, x), 3))
  return cube.add(multiply(slope, x.subtract(detach(x))))
}

describe('gradientCheck', () => {
  it('should return a small error for a right gradient', async () => {
    const error = await gradientCheck((x) => softmax(x), [float64([[1, 2, 3]])])
    expect(error).toBeGreaterThanOrEqual(0)
    expect(error).toBeLessThan(1e-8)
  })

  it('should name operation, order, input, coordinate and both values of a wrong gradient', async () => {
    const two = (x: Tensor, y: Tensor) => exp(x).add(halfSquare(y))
    const check = gradientCheck(two, [float64([0, 1]), float64([[0.1], [3]])], {
      name: 'two terms',
      order: 1,
    })
    await expect(check).rejects.toThrow(
      /^gradientCheck of two terms, order 1: input 1 at \[1, 0\] has the gradient -?\d+\.\d+, but the central difference is -?\d+\.\d+$/,
    )
    const failure = await check.catch((error: unknown) => error)
    const { analytic, numeric, ...rest } = failure as { analytic: number; numeric: number }
    expect(rest).toMatchObject({ name: 'GradientCheckError', order: 1, input: 1, coordinate: [1, 0] })
    expect(numeric / analytic).toBeCloseTo(2, 6)
  })

  it('should find a wrong entry among a thousand others that are ten thousand times as large', async () => {
    const perEntry = (of: (i: number) => number) => float64(Array.from({ length: 1001 }, (_, i) => of(i)))
    const right = perEntry((i) => (i === 500 ? 0 : 1))
    const wrong = perEntry((i) => (i === 500 ? 1e-4 : 0))
    const wrongAt500 = (x: Tensor) => x.square().multiply(right).add(halfSquare(x).multiply(wrong))
    const check = gradientCheck(wrongAt500, [perEntry((i) => 1 + (i % 7) / 8)], { order: 1 })
    await expect(check).rejects.toThrow(/order 1: input 0 at \[500\] has the gradient/)
  })

  it('should take the name of the function', () =>
    expect(gradientCheck(halfSquare, [float64([1])])).rejects.toThrow('gradientCheck of halfSquare, order 1'))

  it('should find a gradient that is right but wrongly differentiated', async () => {
    const x = float64([0.5, 2])
    expect(await gradientCheck(frozenSlope, [x], { order: 1 })).toBeLessThan(1e-6)
    await expect(gradientCheck(frozenSlope, [x])).rejects.toThrow(
      'gradientCheck of frozenSlope, order 2: input 0',
    )
  })

  it('should leave integers alone', async () => {
    const pick = (x: Tensor, index: Tensor) => gather(x.square(), 0, index)
    expect(await gradientCheck(pick, [float64([1, 2, 3]), int32([2, 0, 2])])).toBeLessThan(1e-6)
  })

  it('should pass a gradient that does not depend on the inputs', async () => {
    expect(await gradientCheck((x) => sum(x), [float64([1, 2])])).toBeLessThan(1e-6)
    expect(await gradientCheck((x, _unused) => x.multiply(2), [float64([1]), float64(2)])).toBeLessThan(1e-6)
  })

  it('should fail on a gradient that is not a number', () =>
    expect(gradientCheck((x) => x.subtract(1).sqrt(), [float64([1])], { name: 'root' })).rejects.toThrow(
      'gradientCheck of root, order 1: input 0 at [0]',
    ))

  it('should pass any function of no elements, even one that is NaN', async () => {
    expect(await gradientCheck((x) => x.mean(), [float64([])])).toBe(0)
    expect(await gradientCheck((x) => x.sum(), [float64([])])).toBe(0)
  })

  it('should check float32 inputs in float64, whatever the output', async () => {
    const x = tensor([0.1, 0.2, 0.3])
    expect(await gradientCheck((x) => exp(x).cast('float32'), [x])).toBeLessThan(1e-7)
  })

  it('should keep the types on a given executor', async () => {
    const types: string[] = []
    const square = (x: Tensor) => {
      types.push(x.dtype)
      return x.square()
    }
    await gradientCheck(square, [tensor([0.5])], { executor: reference, tolerance: 0.05, step: 1e-3 })
    expect(new Set(types)).toEqual(new Set(['float32']))
  })

  it('should draw other directions for another seed', async () => {
    const errors = await Promise.all([1, 1, 2].map((seed) => gradientCheck(exp, [float64([1, 2])], { seed })))
    expect(errors[0]).toBe(errors[1])
    expect(errors[0]).not.toBe(errors[2])
  })

  it('should refuse inputs that have no gradient', () =>
    expect(gradientCheck((x) => x, [int32([1])], { name: 'nothing' })).rejects.toThrow(
      'gradientCheck of nothing: expected a floating input, got [int32]',
    ))
})
