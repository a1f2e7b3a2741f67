import { expect, it } from 'vitest'
import { fuzz } from './fuzzing/fuzzing.ts'

it('should read or refuse every spoiled file; npm run fuzz:weights tries more', async () => {
  const { loaded, refused } = await fuzz({ runs: 3000, seed: 0 })
  expect(loaded).toBeGreaterThan(30)
  expect(refused).toBeGreaterThan(1000)
})
