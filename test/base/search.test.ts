import fc from 'fast-check'
import { expect, it } from 'vitest'
import { search } from '../../base/laws/law.ts'

it('should shrink a counterexample to the smallest', async () => {
  const found = await search(fc.nat(), (value) => (value > 1000 ? 'too large' : undefined), {
    runs: 100,
    seed: 1,
  })
  expect(found?.value).toBe(1001)
})

it('should end where shrinking could go on for long, with a case that breaks the law', async () => {
  let trials = 0
  const sumOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0)
  const found = await search(
    fc.array(fc.nat(), { minLength: 500, maxLength: 500 }),
    (values) => {
      trials++
      return sumOf(values) % 2 === 1 ? 'odd' : undefined
    },
    { runs: 100, seed: 1 },
  )
  expect(trials).toBeLessThan(2200)
  expect(sumOf(found?.value as readonly number[]) % 2).toBe(1)
})
