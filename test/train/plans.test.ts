import { describe, expect, it, vi } from 'vitest'
import { currentExecutor } from '../../engine/index.ts'
import { distillerFor, newNetwork, resolveHyperparameters, train } from '../../train/index.ts'
import { tinyDataset, tinyLoaders } from './tinyNetwork.ts'

describe('the plans of a training', () => {
  it('should all be made in its first epoch: rates, warm-up and images are inputs', async () => {
    const compile = vi.spyOn(await currentExecutor(), 'compile')
    const compiled: number[] = []
    const hyperparameters = resolveHyperparameters({ epochs: 8, batchSize: 8 })
    await train({
      network: newNetwork('resnet8', tinyDataset(), 1),
      teacher: newNetwork('resnet8', tinyDataset(), 2),
      method: distillerFor('dtkd', hyperparameters),
      hyperparameters,
      observers: [{ epochEnded: () => void compiled.push(compile.mock.calls.length) }],
      ...tinyLoaders(),
    })
    compile.mockRestore()
    // Training: a full batch, the last one. Testing, both networks: a full batch, the last one.
    expect(compiled).toEqual(Array(8).fill(6))
  })
})
