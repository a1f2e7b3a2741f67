import { beforeAll, describe, expect, it } from 'vitest'
import { type Executor, logSoftmax, logSumExp, openExecutor, softmax, tensor } from '../../engine/index.ts'
import type { CheckOptions } from '../../engine/laws/check.ts'
import { complainOfDifference, inFloat32 } from '../../engine/laws/comparison.ts'
import { describeExecutor } from '../../engine/laws/index.ts'

/** Holds an executor to all laws, and to the reference where numbers are extreme. */
export function describeConformance(
  name: string,
  open: () => Promise<Executor>,
  options: CheckOptions = { runs: 60 },
): void {
  describe(`the ${name} executor`, () => {
    describeExecutor(name, open, options)

    let executor: Executor
    let reference: Executor
    beforeAll(async () => {
      executor = await open()
      reference = (await openExecutor('reference')).executor
    })

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
    ])('should agree with the reference on the softmax of %j', async (row) => {
      const results = () => [softmax, logSoftmax, logSumExp].map((operation) => operation(tensor(row)))
      const complaint = await complainOfDifference(
        { tensors: results(), executor },
        { tensors: results(), executor: reference },
        inFloat32,
      )
      expect(complaint).toBeUndefined()
    })
  })
}
