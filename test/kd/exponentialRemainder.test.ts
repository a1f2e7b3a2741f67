import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { gradientCheck, openExecutor, tensor } from '../../engine/index.ts'
import { exponentialRemainder } from '../../kd/temperatures/exponentialRemainder.ts'

/** By Taylor's series, from the smallest term on. */
function expected(x: number): number {
  if (Math.abs(x) > 2) return Math.expm1(x) - x
  const terms = [(x * x) / 2]
  for (let k = 3; k < 40; k++) terms.push((terms[terms.length - 1] * x) / k)
  return terms.reverse().reduce((sum, term) => sum + term, 0)
}

describe('exponentialRemainder', () => {
  const cases = [
    ['reference', 'float64', 2 ** -50],
    ['wasm', 'float32', 2 ** -20],
  ] as const

  it.each(cases)('should have all its digits on %s, however small x is', async (device, dtype, tolerance) => {
    const { executor } = await openExecutor(device)
    const xArb = fc
      .tuple(fc.double({ min: -15, max: 1.9, noNaN: true }), fc.boolean())
      .map(([exponent, isNegative]) => Math.fround(10 ** exponent * (isNegative ? -1 : 1)))
    await fc.assert(
      fc.asyncProperty(fc.array(xArb, { minLength: 50, maxLength: 50 }), async (xs) => {
        const found = await exponentialRemainder(tensor([0, 1, -1, ...xs], { dtype })).data({ executor })
        for (const [i, x] of [0, 1, -1, ...xs].entries())
          expect(Math.abs(found[i] - expected(x))).toBeLessThanOrEqual(tolerance * expected(x))
      }),
      { numRuns: 20 },
    )
  })

  it('should have its derivatives, at 0 and where one way to compute it meets the other, too', async () => {
    await gradientCheck(exponentialRemainder, [tensor([0, 1e-5, -0.3, 0.99, -1.01, 2], { dtype: 'float64' })])
  })
})
