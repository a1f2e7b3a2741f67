import { describe, expect, it } from 'vitest'
import { matrices } from '../../bench/operations/matrices.ts'
import { training } from '../../bench/operations/training.ts'
import { realize } from '../../engine/index.ts'

describe('the operations of the benchmark', () => {
  it.each([...matrices, ...training])('should compute $name, again and again', async ({ prepare }) => {
    const record = prepare()
    for (let run = 0; run < 2; run++) {
      const results = record()
      await realize(...results)
      expect(results.length).toBeGreaterThan(0)
    }
  })
})
