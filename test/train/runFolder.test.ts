import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { freePath, makeEmptyFolder } from '../../base/files/folder.ts'
import { openExecutor } from '../../engine/index.ts'
import { decodeSafetensors } from '../../nn/index.ts'
import {
  environmentOf,
  evaluate,
  newNetwork,
  resolveHyperparameters,
  restoreWeights,
  resultIn,
  run,
} from '../../train/index.ts'
import { temporaryFolder } from './temporaryFolder.ts'
import { numbersOf, tinyDataset, tinyLoaders } from './tinyNetwork.ts'

const dataset = tinyDataset()
const hyperparameters = resolveHyperparameters({ epochs: 3, batchSize: 8 })

async function runInto(folder: string) {
  const environment = environmentOf(await openExecutor('auto'))
  return run({
    folder,
    dataset,
    model: 'resnet8',
    method: 'alone',
    hyperparameters,
    seed: 5,
    limit: 16,
    environment,
  })
}

describe('the folder of a run', () => {
  it('should hold configuration, metrics, and last and best weights', async () => {
    const folder = join(await temporaryFolder(), 'a', 'run')
    const { network, last: lastEpoch, best: bestEpoch } = await runInto(folder)

    const config = JSON.parse(await readFile(join(folder, 'config.json'), 'utf8'))
    expect(config).toMatchObject({
      model: 'resnet8',
      method: { name: 'alone' },
      dataset: { name: 'synthetic', classes: 3, trainingImages: 16, testImages: 10 },
      recipe: { epochs: 3, batchSize: 8, lr: 0.05, momentum: 0.9, weightDecay: 5e-4 },
      seed: 5,
      environment: { node: process.version, executor: 'wasm', executorReason: expect.any(String) },
    })

    const lines = (await readFile(join(folder, 'metrics.jsonl'), 'utf8')).trimEnd().split('\n')
    const epochs = lines.map((line) => JSON.parse(line))
    expect(epochs.map(({ epoch }) => epoch)).toEqual([1, 2, 3])
    expect(epochs.at(-1)).toEqual(lastEpoch)
    expect(epochs).toContainEqual(bestEpoch)

    const [names, ...rows] = (await readFile(join(folder, 'metrics.csv'), 'utf8')).trimEnd().split('\n')
    const column = names.split(',').indexOf('test/top1')
    expect(rows.map((row) => Number(row.split(',')[column]))).toEqual(epochs.map(({ test }) => test.top1))

    const last = decodeSafetensors(await readFile(join(folder, 'last.safetensors')))
    expect(last.metadata).toEqual({ epoch: '3', top1: `${lastEpoch.test.top1}` })
    expect(await numbersOf(last.tensors)).toEqual(await numbersOf(network.stateDict()))

    const best = newNetwork('resnet8', dataset)
    await restoreWeights(best, join(folder, 'best.safetensors'))
    expect(await evaluate(best, tinyLoaders().testImages)).toEqual(bestEpoch.test)
  })

  it('should not be one that holds something', async () => {
    const folder = await temporaryFolder()
    await writeFile(join(folder, 'thesis.txt'), '')
    await expect(runInto(folder)).rejects.toThrow(
      `${folder}: expected a new or empty folder, but this one holds thesis.txt`,
    )
  })

  it('should be refused if its result is damaged', async () => {
    const folder = await temporaryFolder()
    expect(await resultIn(folder)).toBeUndefined()
    await writeFile(join(folder, 'result.json'), '{ "last": { "epoch": 3 } }')
    await expect(resultIn(folder)).rejects.toThrow(
      `${join(folder, 'result.json')}: last.lr: expected a number`,
    )
  })

  it('should say when it cannot be made', async () => {
    const file = join(await temporaryFolder(), 'file')
    await writeFile(file, '')
    await expect(makeEmptyFolder(join(file, 'run'))).rejects.toThrow(
      `${file}/run: cannot create this folder (`,
    )
  })

  it('should get the next number where there is one of its name', async () => {
    const path = join(await temporaryFolder(), 'run')
    const paths = []
    for (let i = 0; i < 3; i++) {
      paths.push(freePath(path))
      await makeEmptyFolder(paths[i])
    }
    expect(paths).toEqual([path, `${path}-2`, `${path}-3`])
  })
})
