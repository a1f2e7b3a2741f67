import { describe, expect, it } from 'vitest'
import { grad, openExecutor, type Tensor, tensor } from '../../engine/index.ts'

const { executor } = await openExecutor('wasm')

/** f(f(… f(x))). */
function chain(x: Tensor, length: number, f: (x: Tensor) => Tensor): Tensor {
  let value = x
  for (let i = 0; i < length; i++) value = f(value)
  return value
}

/** Milliseconds of processor time, which other processes do not lengthen. */
async function processorTime(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

describe('a long chain', () => {
  it.each<[string, (x: Tensor) => Tensor]>([
    ['in one loop after the other', (x) => x.add(1)],
    ['in a kernel for each step', (x) => x.flip(0).add(1)],
  ])('should be planned in time in proportion to its length, %s', async (_, f) => {
    const x = tensor([1, 2])
    const compute = (length: number) => processorTime(() => chain(x, length, f).data({ executor }))
    await compute(2000)
    const short = Math.min(await compute(4000), await compute(4001))
    // Linear is 4 times, quadratic 16.
    expect(await compute(16_000)).toBeLessThan(10 * short)
  })

  it('should not be limited by the stack', async () => {
    const x = tensor([1, 2])
    const sum = chain(x, 30_000, (value) => value.add(1))
    expect([...(await sum.data({ executor }))]).toEqual([30_001, 30_002])
    const [slope] = grad(sum.sum(), [x])
    expect([...(await slope.data({ executor }))]).toEqual([1, 1])
    const seen = chain(x, 10_000, (value) => value.reshape([2, 1]).reshape([2]))
    expect([...(await seen.add(1).data({ executor }))]).toEqual([2, 3])
  })
})
