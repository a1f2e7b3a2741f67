import { describe, expect, it } from 'vitest'
import {
  abs,
  amax,
  amin,
  clamp,
  elu,
  grad,
  leakyRelu,
  max,
  maximum,
  maxPool2d,
  min,
  minimum,
  power,
  relu,
  softplus,
  sum,
  type Tensor,
} from '../../engine/index.ts'
import { float64, numbers } from './numbers.ts'

/** The gradients of Σ f with respect to its operands. */
async function gradients(f: (...inputs: Tensor[]) => Tensor, ...rows: number[][]): Promise<number[][]> {
  const inputs = rows.map((row) => float64(row))
  const results = await Promise.all(grad(sum(f(...inputs)), inputs).map(numbers))
  // −0 is as good as 0.
  return results.map((row) => row.map((value) => value + 0))
}

// What PyTorch gives for x = torch.tensor(row, requires_grad=True); f(x).sum().backward(); x.grad
describe('gradients at kinks', () => {
  it.each([
    ['relu', relu, [-1, 0, 2], [0, 0, 1]],
    ['leakyRelu', (x: Tensor) => leakyRelu(x, 0.25), [-1, 0, 2], [0.25, 0.25, 1]],
    ['elu', (x: Tensor) => elu(x), [0, 2], [1, 1]],
    ['abs', abs, [-3, 0, 3], [-1, 0, 1]],
    ['clamp', (x: Tensor) => clamp(x, -1, 1), [-2, -1, 0, 1, 2], [0, 1, 1, 1, 0]],
    ['softplus', softplus, [0], [0.5]],
    ['amax', (x: Tensor) => amax(x), [3, 1, 3, 3], [1 / 3, 0, 1 / 3, 1 / 3]],
    ['amin', (x: Tensor) => amin(x), [1, 3, 1], [0.5, 0, 0.5]],
    ['max over all', (x: Tensor) => max(x), [3, 1, 3], [0.5, 0, 0.5]],
    ['max along an axis', (x: Tensor) => max(x, 0), [3, 1, 3], [1, 0, 0]],
    ['min along an axis', (x: Tensor) => min(x, 0), [3, 1, 1], [0, 1, 0]],
  ] as const)('should be PyTorch’s for %s', async (_, f, row, expected) => {
    expect(await gradients(f, [...row])).toEqual([expected])
  })

  it('should share a tie of two operands', async () => {
    expect(await gradients(maximum, [1, 2, 3], [3, 2, 1])).toEqual([
      [0, 0.5, 1],
      [1, 0.5, 0],
    ])
    expect(await gradients(minimum, [1, 2, 3], [3, 2, 1])).toEqual([
      [1, 0.5, 0],
      [0, 0.5, 1],
    ])
  })

  it('should be finite for powers of and to zero', async () => {
    expect(await gradients(power, [0, 0, 2], [0, 2, 0])).toEqual([
      [0, 0, 0],
      [0, 0, Math.LN2],
    ])
  })

  it('should send the gradient of a pooled window to its first maximum', async () => {
    const x = float64([5, 5, 1, 5, 2, 2, 2, 2], [1, 1, 2, 4])
    const [gradient] = grad(sum(maxPool2d(x, 2)), [x])
    expect(await numbers(gradient)).toEqual([1, 0, 0, 1, 0, 0, 0, 0])
  })
})
