import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import fc from 'fast-check'
import ndarray from 'ndarray'
import { describe, expect, it, vi } from 'vitest'
import {
  type Batch,
  Loader,
  openCifar10,
  openCifar100,
  openDigits,
  type Split,
  syntheticDataset,
} from '../../datasets/index.ts'
import { temporaryFolder } from '../train/temporaryFolder.ts'
import { augmentation, split } from './arbitraries.ts'
import { cifar10Files, cifar100Files, type Files, writeFolder } from './cifarArchives.ts'

/** The same images in memory that other threads see. */
function shared({ images, ...rest }: Split): Split {
  const pixels = new Uint8Array(new SharedArrayBuffer(images.data.length))
  pixels.set(images.data)
  return { ...rest, images: ndarray(pixels, images.shape) }
}

describe('batches prepared beside the caller', () => {
  it('should be those prepared by the caller, however long each is used and whenever one stops', async () => {
    const pause = fc.constantFrom(undefined, 0, 1, 2)
    await fc.assert(
      fc.asyncProperty(
        split(),
        fc.record({
          batchSize: fc.integer({ min: 1, max: 50 }),
          shuffle: fc.boolean(),
          seed: fc.nat(),
          augment: augmentation(),
        }),
        fc.nat({ max: 1000 }),
        fc.nat(),
        fc.array(pause, { minLength: 1, maxLength: 12 }),
        async (images, options, epoch, start, pauses) => {
          const here = new Loader(images, options)
          const startBatch = start % (here.batchesPerEpoch + 1)
          const expected = [...here.epoch(epoch, { startBatch })].slice(0, pauses.length)
          const got: Batch[] = []
          for (const batch of new Loader(shared(images), options).epoch(epoch, { startBatch })) {
            const pause = pauses[got.length]
            if (pause !== undefined) await setTimeout(pause)
            if (got.push(batch) === pauses.length) break
          }
          expect(got).toEqual(expected)
        },
      ),
      { numRuns: 150 },
    )
  })

  it('should be those of each of several epochs that run at a time', () => {
    const { train } = syntheticDataset({ trainCount: 60, size: 8 })
    const loaders = [1, 2, 3].map((seed) => new Loader(train, { batchSize: 7, shuffle: true, seed }))
    const expected = loaders.map((loader) => [...loader.epoch(5)])
    const epochs = loaders.map((loader) => loader.epoch(5))
    for (let batch = 0; batch < loaders[0].batchesPerEpoch; batch++) {
      for (const [i, epoch] of epochs.entries()) expect(epoch.next().value).toEqual(expected[i][batch])
    }
  })

  it('should belong to the caller for good', () => {
    const { train } = syntheticDataset({ trainCount: 20, size: 4 })
    const loader = new Loader(train, { batchSize: 2 })
    const buffers = new Set([...loader.epoch(0)].map(({ images }) => images.data.buffer))
    expect(buffers.size).toBe(10)
    for (const buffer of buffers) expect(buffer).toBeInstanceOf(ArrayBuffer)
  })
})

/** Whether the second batch was ready before it was asked for: whether it has the pixels that were there before. */
async function isPreparedAhead(images: Split): Promise<boolean> {
  const before = images.images.data.slice()
  const epoch = new Loader(images, { batchSize: 2 }).epoch(0)
  epoch.next()
  await setTimeout(20)
  images.images.data.fill(0)
  const { images: second }: Batch = epoch.next().value
  epoch.return?.()
  images.images.data.set(before)
  const [, expected] = new Loader(images, { batchSize: 2 }).epoch(0)
  return second.data.every((value, i) => value === expected.images.data[i])
}

async function written(files: Files): Promise<string> {
  return writeFolder(await temporaryFolder(), files)
}

describe('the next batch', () => {
  const parts: [string, () => Split | Promise<Split>][] = [
    ['the digits', async () => (await openDigits()).train],
    ['CIFAR-100', async () => (await openCifar100(await written(cifar100Files()))).train],
    ['CIFAR-10', async () => (await openCifar10(await written(cifar10Files()))).train],
    ['a synthetic data set', () => syntheticDataset({ size: 4 }).train],
  ]
  it.each(parts)('should be prepared while the caller is busy with images of %s', async (_, open) => {
    const images = await open()
    await vi.waitUntil(() => isPreparedAhead(images), { timeout: 60_000 })
  })

  it('should be prepared when it is wanted if no other thread sees the images', async () => {
    const { images, ...rest } = syntheticDataset({ size: 4 }).train
    const own = { ...rest, images: ndarray(Uint8Array.from(images.data), images.shape) }
    expect(await isPreparedAhead(own)).toBe(false)
  })
})

/** Runs a program that uses the loader in a process of its own. */
async function outputOf(program: string, flags: readonly string[] = []): Promise<string> {
  const source = `import { Loader, syntheticDataset } from './datasets/index.ts'
    const loader = new Loader(syntheticDataset().train, { batchSize: 64 })
    ${program}`
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      [...flags, '--input-type=module', '--eval', source],
      { cwd: join(import.meta.dirname, '../..'), timeout: 60_000 },
      (error, stdout) => (error ? reject(error) : resolve(stdout)),
    )
  })
}

describe('a process', () => {
  it.each([
    ['has used all batches', 'console.log([...loader.epoch(0)].length)', '16\n'],
    [
      'has left an epoch',
      'for (const batch of loader.epoch(0)) { console.log(batch.labels.length); break }',
      '64\n',
    ],
    [
      'has forgotten an epoch',
      'const epoch = loader.epoch(0); epoch.next(); console.log(epoch.next().done)',
      'false\n',
    ],
  ])('should end when it %s', async (_, program, expected) => {
    expect(await outputOf(program)).toBe(expected)
  })

  it('should do without threads that it may not start', async () => {
    const flags = ['--permission', '--allow-fs-read=*']
    expect(await outputOf('console.log([...loader.epoch(0)].length)', flags)).toBe('16\n')
  })
})
