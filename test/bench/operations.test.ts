import { describe, expect, it, vi } from 'vitest'
import { convolutions } from '../../bench/operations/convolutions.ts'
import { matrices } from '../../bench/operations/matrices.ts'
import { OperationTimer } from '../../bench/operations/timer.ts'
import { training } from '../../bench/operations/training.ts'
import { Freshness } from '../../engine/executors/freshness.ts'
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

  it('should compute in every run what depends on variables alone', async () => {
    const { begin } = Freshness.prototype
    const parts: number[] = []
    vi.spyOn(Freshness.prototype, 'begin').mockImplementation(function (this: Freshness, versionOf) {
      const renewal = begin.call(this, versionOf)
      parts.push(renewal.stale.length)
      return renewal
    })
    const name = 'weight gradient 64→64, 3×3, 8×8 (resnet20)'
    const timer = new OperationTimer(convolutions.find((operation) => operation.name === name)!)
    for (let run = 0; run < 3; run++) await timer.run()
    vi.restoreAllMocks()
    expect(parts[0]).toBeGreaterThan(0)
    expect(parts).toEqual([parts[0], parts[0], parts[0]])
  })
})
