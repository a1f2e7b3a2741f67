import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { holdBack, Loader } from '../../datasets/index.ts'
import { openExecutor } from '../../engine/index.ts'
import {
  environmentOf,
  type Run,
  resolveHyperparameters,
  resultIn,
  run,
  TrainingStopped,
} from '../../train/index.ts'
import { temporaryFolder } from './temporaryFolder.ts'
import { tinyDataset } from './tinyNetwork.ts'

const dataset = tinyDataset({ trainCount: 30 })

async function runInto(folder: string, others: Partial<Run> = {}): Promise<Run> {
  const environment = environmentOf(await openExecutor('auto'))
  const hyperparameters = resolveHyperparameters({ epochs: 4, batchSize: 8 })
  const method = 'alone'
  return {
    folder,
    dataset,
    model: 'resnet8',
    method,
    hyperparameters,
    seed: 3,
    validation: 9,
    environment,
    ...others,
  }
}

async function metricsIn(folder: string) {
  const lines = (await readFile(join(folder, 'metrics.jsonl'), 'utf8')).trimEnd().split('\n')
  return lines.map((line) => JSON.parse(line))
}

describe('holdBack', () => {
  const splitArb = fc.record({
    labels: fc.array(fc.nat({ max: 4 }), { minLength: 2, maxLength: 60 }),
    seed: fc.nat({ max: 1000 }),
  })

  it('should part the images into two that have nothing in common and all together', () =>
    fc.assert(
      fc.property(splitArb, fc.nat(), ({ labels, seed }, number) => {
        const count = 1 + (number % (labels.length - 1))
        const { heldBack, rest } = holdBack(
          { ...dataset.train, labels: Int32Array.from(labels) },
          count,
          seed,
        )
        expect(heldBack).toHaveLength(count)
        expect([...heldBack, ...rest].sort((a, b) => a - b)).toEqual([...labels.keys()])
      }),
    ))

  it('should take its share of each class, and the same images for the same seed', () => {
    const labels = Int32Array.from({ length: 500 }, (_, i) => i % 5)
    const split = { ...dataset.train, labels }
    const { heldBack } = holdBack(split, 50, 1)
    for (let label = 0; label < 5; label++) {
      expect(heldBack.filter((image) => labels[image] === label)).toHaveLength(10)
    }
    expect(holdBack(split, 50, 1).heldBack).toEqual(heldBack)
    expect(holdBack(split, 50, 2).heldBack).not.toEqual(heldBack)
  })

  it('should say when nothing would be left', () => {
    expect(() => holdBack(dataset.train, 30, 0)).toThrow(
      'validation: expected a number of images from 1 to 29 (one fewer than the synthetic training images), got 30',
    )
  })
})

describe('a training with images held back', () => {
  it('should never see them', () =>
    fc.assert(
      fc.property(fc.nat({ max: 100 }), fc.integer({ min: 1, max: 29 }), (seed, count) => {
        const { heldBack, rest } = holdBack(dataset.train, count, seed)
        const loader = new Loader(dataset.train, { batchSize: 4, shuffle: true, seed, among: rest })
        const seen = new Set(Array.from(loader.epoch(0), ({ indices }) => [...indices]).flat())
        expect(heldBack.some((image) => seen.has(image))).toBe(false)
        expect(seen.size).toBe(30 - count)
      }),
    ))

  it('should choose the best epoch by them, and say so', async () => {
    const folder = join(await temporaryFolder(), 'run')
    const { best } = await run(await runInto(folder))
    const epochs = await metricsIn(folder)
    const highest = Math.max(...epochs.map(({ validation }) => validation.top1))
    expect(best.epoch).toBe(epochs.findLast(({ validation }) => validation.top1 === highest).epoch)
    expect(await resultIn(folder)).toMatchObject({ bestOn: 'validation' })
    const config = JSON.parse(await readFile(join(folder, 'config.json'), 'utf8'))
    expect(config.dataset).toMatchObject({ trainingImages: 21, validationImages: 9 })
  })

  it('should go on as if it had never stopped, and refuse another number of them', async () => {
    const [whole, cut] = [join(await temporaryFolder(), 'whole'), join(await temporaryFolder(), 'cut')]
    const { fingerprint } = await run(await runInto(whole))
    const abort = new AbortController()
    const observer = { epochEnded: () => abort.abort() }
    await expect(run(await runInto(cut, { observer, signal: abort.signal }))).rejects.toThrow(TrainingStopped)
    await expect(run(await runInto(cut, { resume: true, validation: 8 }))).rejects.toThrow(
      'dataset.validationImages was 9, now 8',
    )
    expect((await run(await runInto(cut, { resume: true }))).fingerprint).toBe(fingerprint)
    const withoutTimes = async (folder: string) =>
      (await metricsIn(folder)).map(({ seconds, imagesPerSecond, ...others }) => others)
    expect(await withoutTimes(cut)).toEqual(await withoutTimes(whole))
  })
})
