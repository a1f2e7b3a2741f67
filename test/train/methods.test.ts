import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openExecutor, tensor, useExecutor } from '../../engine/index.ts'
import { createModel } from '../../nn/index.ts'
import {
  environmentOf,
  newNetwork,
  type Observer,
  type Run,
  resolveHyperparameters,
  run,
  TrainingStopped,
} from '../../train/index.ts'
import { predictFrozen } from '../../train/teacherLogits/frozen.ts'
import { temporaryFolder } from './temporaryFolder.ts'
import { numbersOf, tinyDataset } from './tinyNetwork.ts'

const dataset = tinyDataset()

async function runIn(folder: string, given: Partial<Run>): Promise<Run> {
  return {
    folder,
    dataset,
    model: 'resnet8',
    method: 'crd',
    options: { negatives: 4, dimensions: 8 },
    teacher: { model: 'resnet14', network: newNetwork('resnet14', dataset), source: 'nowhere' },
    hyperparameters: resolveHyperparameters({ epochs: 2, batchSize: 8 }),
    seed: 2,
    environment: environmentOf(await openExecutor('auto')),
    ...given,
  }
}

describe('a run by a method that owns weights and memories', () => {
  it.each([
    ['crd', { negatives: 4, dimensions: 8 }, 0],
    ['vid', {}, 0.05],
  ])('should end as if it had never been stopped: %s', async (method, options, dot) => {
    const hyperparameters = resolveHyperparameters({ epochs: 2, batchSize: 8, dot })
    const given = { method, options, hyperparameters }
    const { fingerprint } = await run(await runIn(await temporaryFolder(), given))
    const folder = await temporaryFolder()
    const controller = new AbortController()
    const observer: Observer = { stepEnded: ({ step }) => void (step === 2 && controller.abort()) }
    await expect(run(await runIn(folder, { ...given, observer, signal: controller.signal }))).rejects.toThrow(
      TrainingStopped,
    )
    const resumed = await run(await runIn(folder, { ...given, resume: true }))
    expect(resumed.fingerprint).toBe(fingerprint)
    expect(JSON.parse(await readFile(join(folder, 'config.json'), 'utf8')).method).toMatchObject({
      name: method,
      ...options,
    })
  })
})

describe('predictFrozen', () => {
  it('should leave a network as it was, and use the statistics that it is told to', async () => {
    useExecutor((await openExecutor('reference')).executor)
    const network = createModel('resnet8', { channels: 1, classes: 3, seed: 1 })
    const before = await numbersOf(network.stateDict())
    const images = tensor(
      Float32Array.from({ length: 4 * 64 }, (_, i) => Math.sin(i)),
      { shape: [4, 1, 8, 8] },
    )
    const logitsOf = async (statistics: 'running' | 'batch') => [
      ...(await predictFrozen(network, images, statistics).logits.data()),
    ]
    const [batch, running] = [await logitsOf('batch'), await logitsOf('running')]
    expect(running).toEqual([...(await network.evaluate().forward(images).logits.data())])
    expect(await numbersOf(network.stateDict())).toEqual(before)
    expect(batch).toEqual([...(await network.train().forward(images).logits.data())])
    expect(batch).not.toEqual(running)
  })
})
