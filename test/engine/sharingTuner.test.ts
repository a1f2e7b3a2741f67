import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { SharingTuner } from '../../engine/executors/wasm/threads/sharingTuner.ts'

describe('the choice between one thread and all', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['performance'] })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  /** Runs a program so many times, in which each way takes these milliseconds; returns how many were shared. */
  function sharedRuns(tuner: SharingTuner, runs: number, alone: number, shared: number): number {
    let count = 0
    for (let run = 0; run < runs; run++) {
      tuner.run(
        () => vi.advanceTimersByTime(alone),
        () => {
          count++
          vi.advanceTimersByTime(shared)
        },
      )
    }
    return count
  }

  it('should try both ways, and then keep to the faster one', () => {
    expect(sharedRuns(new SharingTuner(), 6, 10, 10)).toBe(3)
    expect(sharedRuns(new SharingTuner(), 1000, 20, 10)).toBeGreaterThan(985)
    expect(sharedRuns(new SharingTuner(), 1000, 10, 20)).toBeLessThan(15)
  })

  it.each([
    [10, 10.5],
    [10, 14],
    [18, 10],
    [10, 80],
  ])('should spend at most a fiftieth of the time on trials: %d ms alone, %d ms shared', (alone, shared) => {
    const tuner = new SharingTuner()
    sharedRuns(tuner, 6, alone, shared)
    const runs = 5000
    const count = sharedRuns(tuner, runs, alone, shared)
    const time = count * shared + (runs - count) * alone
    expect(time / (runs * Math.min(alone, shared))).toBeLessThan(1.02)
  })

  it('should notice soon that another process is gone, or has come', () => {
    const tuner = new SharingTuner()
    sharedRuns(tuner, 30, 90, 95)
    expect(sharedRuns(tuner, 40, 85, 47)).toBeGreaterThan(25)
    sharedRuns(tuner, 300, 85, 47)
    expect(sharedRuns(tuner, 40, 90, 95)).toBeLessThan(25)
  })
})
