import { existsSync } from 'node:fs'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { type Dataset, Loader } from '../../../datasets/index.ts'
import { openExecutor, tensor } from '../../../engine/index.ts'
import { distiller, distillerNames } from '../../../kd/index.ts'
import type { Network } from '../../../nn/index.ts'
import {
  environmentOf,
  newNetwork,
  type Run,
  resolveHyperparameters,
  run,
  TeacherLogits,
  TrainingStopped,
} from '../../../train/index.ts'
import { predictFrozen } from '../../../train/teacherLogits/frozen.ts'
import { temporaryFolder } from '../temporaryFolder.ts'
import { tinyDataset } from '../tinyNetwork.ts'

/** Two batches of eight and one of four an epoch; 18 ways to place an image. */
const dataset: Dataset = { ...tinyDataset(), augmentation: { padding: 1, flip: true } }
const hyperparameters = resolveHyperparameters({ epochs: 2, batchSize: 8 })

async function runIn(given: Partial<Run> = {}): Promise<Run> {
  return {
    folder: await temporaryFolder(),
    dataset,
    model: 'resnet8',
    method: 'dtkd',
    teacher: { model: 'resnet14', network: newNetwork('resnet14', dataset), source: 'nowhere' },
    hyperparameters,
    seed: 2,
    environment: environmentOf(await openExecutor('auto')),
    ...given,
  }
}

/** How often the teacher has been asked for real images: a forward pass that is only recorded has one image. */
function questionsTo(network: Network): () => number {
  const forward = vi.spyOn(network, 'forward')
  return () => forward.mock.calls.filter(([images]) => images.shape[0] > 1).length
}

/** Batches of test images, of which the teacher is asked once a run. */
const testBatches = 2

async function cacheFiles(folder: string): Promise<string[]> {
  return (await readdir(folder)).map((name) => join(folder, name))
}

describe('a training with a teacher cache', () => {
  const ofLogits = distillerNames.filter((name) => name !== 'alone' && !distiller(name).needsFeatures)

  it.each(ofLogits)('should be the same as without, bit for bit, whoever came first: %s', async (method) => {
    const teacherCache = { folder: await temporaryFolder(), precision: 'float32' } as const
    const without = await run(await runIn({ method }))
    const [cold, warm] = [await runIn({ method, teacherCache }), await runIn({ method, teacherCache })]
    const coldQuestions = questionsTo(cold.teacher!.network)
    expect((await run(cold)).fingerprint).toBe(without.fingerprint)
    const warmQuestions = questionsTo(warm.teacher!.network)
    expect((await run(warm)).fingerprint).toBe(without.fingerprint)
    // In each of two epochs: all three batches; then only the one that is smaller than the others. And once the test images.
    expect([coldQuestions() - testBatches, warmQuestions() - testBatches]).toEqual([6, 2])
  })

  it('should help other students, and other seeds where they place an image alike', async () => {
    const teacherCache = { folder: await temporaryFolder(), precision: 'float32' } as const
    const still = { ...dataset, augmentation: { padding: 0, flip: false } }
    await run(
      await runIn({
        dataset: still,
        teacherCache,
        hyperparameters: resolveHyperparameters({ epochs: 4, batchSize: 5 }),
      }),
    )
    const another = await runIn({
      dataset: still,
      teacherCache,
      hyperparameters: resolveHyperparameters({ epochs: 4, batchSize: 5 }),
    })
    const questions = questionsTo(another.teacher!.network)
    await run({ ...another, model: 'resnet14', method: 'kd', seed: 3 })
    expect(questions() - testBatches).toBe(0)
    expect(await cacheFiles(teacherCache.folder)).toHaveLength(1)
  })

  it('should round alike with float16 whoever came first, and not be resumed with exact ones', async () => {
    const teacherCache = { folder: await temporaryFolder(), precision: 'float16' } as const
    const cold = await runIn({ teacherCache })
    const { fingerprint } = await run(cold)
    expect((await run(await runIn({ teacherCache }))).fingerprint).toBe(fingerprint)
    expect((await run(await runIn())).fingerprint).not.toBe(fingerprint)
    expect((await run({ ...cold, teacherCache: undefined, resume: true })).fingerprint).toBe(fingerprint)
    const exact = { ...teacherCache, precision: 'float32' } as const
    await expect(run({ ...cold, teacherCache: exact, resume: true })).rejects.toThrow(
      `${cold.folder}: this folder belongs to another run: teacher.logits was "float16", now not given`,
    )
  })

  it('should be resumed with exact logits or without, from wherever it was stopped', async () => {
    const { fingerprint } = await run(await runIn())
    const teacherCache = { folder: await temporaryFolder(), precision: 'float32' } as const
    const whole = await runIn()
    for (const cache of [teacherCache, undefined, teacherCache]) {
      const controller = new AbortController()
      const observer = { stepEnded: () => controller.abort() }
      await expect(
        run({ ...whole, teacherCache: cache, resume: true, observer, signal: controller.signal }),
      ).rejects.toThrow(TrainingStopped)
    }
    expect((await run({ ...whole, resume: true })).fingerprint).toBe(fingerprint)
  })

  it('should say so in its configuration', async () => {
    const teacherCache = { folder: await temporaryFolder(), precision: 'float32' } as const
    const { folder } = await runIn({ teacherCache })
    await run({ ...(await runIn({ teacherCache })), folder })
    const config = JSON.parse(await readFile(join(folder, 'config.json'), 'utf8'))
    expect(config.environment.teacherCache).toEqual(teacherCache)
    const [file] = await cacheFiles(teacherCache.folder)
    const header = JSON.parse((await readFile(file)).subarray(0, 4096).toString())
    expect(header).toMatchObject({
      content: "a teacher's logits",
      teacher: { model: 'resnet14', fingerprint: config.teacher.fingerprint },
      images: { fingerprint: config.dataset.fingerprints.training, placements: 18 },
      precision: 'float32',
      rows: 8,
      classes: 3,
    })
  })

  it.each(distillerNames.filter((name) => distiller(name).needsFeatures))(
    'should be refused before it begins by a method of features: %s',
    async (method) => {
      const folder = join(await temporaryFolder(), 'run')
      const teacherCache = { folder: join(folder, 'logits'), precision: 'float32' } as const
      await expect(run(await runIn({ folder, method, teacherCache }))).rejects.toThrow(
        `${method}: this method needs the teacher's features, but a teacher cache stores only logits`,
      )
      expect(existsSync(folder)).toBe(false)
    },
  )

  it('should be as without where there is no teacher', async () => {
    const teacherCache = { folder: join(await temporaryFolder(), 'logits'), precision: 'float32' } as const
    const { fingerprint } = await run(await runIn({ method: 'alone' }))
    expect((await run(await runIn({ method: 'alone', teacherCache }))).fingerprint).toBe(fingerprint)
    expect(existsSync(teacherCache.folder)).toBe(false)
  })

  it('should be refused where the folder or its file is something else', async () => {
    const folder = await temporaryFolder()
    const precision = 'float32'
    await writeFile(join(folder, 'note'), '')
    await expect(
      run(await runIn({ teacherCache: { folder: join(folder, 'note', 'logits'), precision } })),
    ).rejects.toThrow(`${folder}/note/logits: cannot create this folder (`)
    const logits = join(folder, 'logits')
    await run(await runIn({ teacherCache: { folder: logits, precision } }))
    const [file] = await cacheFiles(logits)
    await writeFile(file, 'damaged')
    await expect(run(await runIn({ teacherCache: { folder: logits, precision } }))).rejects.toThrow(
      `${file}: this file is damaged, or not the one that its name says; remove it, and it will be created again`,
    )
  })
})

describe('TeacherLogits', () => {
  const network = newNetwork('resnet14', dataset)
  const images = new Loader(dataset.train, { batchSize: 8, augment: dataset.augmentation })

  async function open(folder: string, given: object = {}) {
    return TeacherLogits.open({
      folder,
      precision: 'float32',
      teacher: { model: 'resnet14', network },
      images,
      ...given,
    })
  }

  it('should compute what is missing once, and count', async () => {
    const logits = await open(await temporaryFolder())
    const [first, second] = images.epoch(0)
    const ask = (batch: typeof first) => logits.of(batch, tensor(batch.images), 1)
    const once = await (await ask(first))!.data()
    expect(logits.counts).toEqual({ found: 0, computed: 8 })
    expect(await (await ask(first))!.data()).toEqual(once)
    expect(logits.counts).toEqual({ found: 8, computed: 8 })
    await ask(second)
    expect(logits.counts).toEqual({ found: 8, computed: 16 })
    logits.close()
  })

  it('should ask the teacher for whole batches, and so no oftener than what is new fills them', async () => {
    const { train } = tinyDataset({ trainCount: 67 })
    const loader = new Loader(train, { batchSize: 8, augment: { padding: 0, flip: true }, shuffle: true })
    const logits = await open(await temporaryFolder(), { images: loader })
    for (const batch of loader.epoch(0)) await logits.of(batch, tensor(batch.images), 1)
    const shown = [...loader.epoch(1)]
    const all = Int32Array.from(train.labels.keys())
    const [before, after] = [loader.placements(0, all), loader.placements(1, all)]
    const seen = [...loader.epoch(0)].slice(0, -1).flatMap(({ indices }) => [...indices])
    const isKnown = (index: number) => seen.includes(index) && before[index] === after[index]
    const fullBatches = shown.slice(0, -1)
    const isNew = fullBatches.map(({ indices }) => [...indices].filter((index) => !isKnown(index)).length)
    const newImages = isNew.reduce((sum, count) => sum + count)
    expect(isNew.every((count) => count > 0)).toBe(true)

    const questions = questionsTo(network)
    for (const batch of fullBatches) {
      const values = await (await logits.of(batch, tensor(batch.images), 2))!.data()
      const { logits: direct } = predictFrozen(network, tensor(batch.images), 'running')
      expect(values).toEqual(await direct.data())
    }
    expect(questions() - fullBatches.length).toBe(Math.ceil(newImages / 8))
    logits.close()
  })

  it('should compute again what was damaged', async () => {
    const folder = await temporaryFolder()
    const [batch] = images.epoch(0)
    const ask = async () => {
      const logits = await open(folder)
      const values = await (await logits.of(batch, tensor(batch.images), 1))!.data()
      logits.close()
      return { values, computed: logits.counts.computed }
    }
    const { values } = await ask()
    const [file] = await cacheFiles(folder)
    const bytes = await readFile(file)
    bytes[bytes.length - 1] ^= 1
    await writeFile(file, bytes)
    // The damaged one, and seven of the next batch.
    expect(await ask()).toEqual({ values, computed: 8 })
    expect(await ask()).toEqual({ values, computed: 0 })
  })

  it('should have a file of its own for everything that decides the bits', async () => {
    const folder = await temporaryFolder()
    const other = tinyDataset({ trainCount: 21 })
    const batchSize = 8
    const augment = dataset.augmentation
    const variations = [
      {},
      { precision: 'float16' },
      { teacher: { model: 'resnet14', network: newNetwork('resnet14', dataset, 1) } },
      { images: new Loader(dataset.train, { batchSize: 4, augment }) },
      { images: new Loader(dataset.train, { batchSize, augment: { padding: 2, flip: true } }) },
      { images: new Loader(dataset.train, { batchSize, augment: { padding: 1, flip: false } }) },
      { images: new Loader(other.train, { batchSize, augment }) },
    ]
    for (const [count, given] of variations.entries()) {
      const logits = await open(folder, given)
      logits.close()
      expect(await cacheFiles(folder)).toHaveLength(count + 1)
    }
    // The order of the images and how many of them are seen decide nothing.
    const same = await open(folder, {
      images: new Loader(dataset.train, { batchSize, augment, seed: 5, shuffle: true, limit: 9 }),
    })
    same.close()
    expect(await cacheFiles(folder)).toHaveLength(variations.length)
  })
})
