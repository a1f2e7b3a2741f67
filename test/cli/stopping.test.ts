import { describe, expect, it } from 'vitest'
import { stoppable } from '../../cli/stopping.ts'
import { TrainingStopped } from '../../train/index.ts'

describe('stoppable work', () => {
  it('should say how to resume in an error of its own, and leave the original as it is', async () => {
    const stopped = new TrainingStopped('stopped; it can continue', { epoch: 2, step: 3, steps: 4 })
    const error: unknown = await stoppable('with --resume', () => Promise.reject(stopped)).catch(
      (given) => given,
    )
    expect(error).toBeInstanceOf(TrainingStopped)
    expect(error).toMatchObject({
      message: 'stopped; it can continue with --resume',
      position: { epoch: 2, step: 3, steps: 4 },
      cause: stopped,
    })
    expect(stopped.message).toBe('stopped; it can continue')
  })

  it('should pass on any other error', async () => {
    const other = new RangeError('too far')
    await expect(stoppable('with --resume', () => Promise.reject(other))).rejects.toBe(other)
  })
})
