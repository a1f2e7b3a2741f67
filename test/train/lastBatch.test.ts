import { describe, expect, it } from 'vitest'
import { Loader, openDataset } from '../../datasets/index.ts'
import { distiller } from '../../kd/index.ts'
import { createModel } from '../../nn/index.ts'
import { resolveHyperparameters, train } from '../../train/index.ts'

const digits = await openDataset('digits', {})
const newModel = (name: string) => createModel(name, { channels: 1, classes: 10, seed: 1 })

function training(model: string, method: string, limit: number, dropLast = false) {
  const trainingImages = new Loader(digits.train, { batchSize: 16, limit, dropLast })
  let started = false
  const ended = train({
    network: newModel(model),
    teacher: newModel('resnet14'),
    method: distiller(method),
    hyperparameters: resolveHyperparameters({ epochs: 1, batchSize: 16 }),
    trainingImages,
    testImages: new Loader(digits.test, { batchSize: 64 }),
    observers: [
      {
        started() {
          started = true
          throw new Error('begun')
        },
      },
    ],
  })
  return { ended, isStarted: () => started }
}

describe('a last batch of one image', () => {
  it.each([
    ['resnet8', 'reviewkd'],
    ['vgg8', 'alone'],
  ])('should stop the training of %s by %s before its first step', async (model, method) => {
    const { ended, isStarted } = training(model, method, 17)
    await expect(ended).rejects.toThrow(
      /^the last batch of each epoch would have 1 of the 17 images, too few to train on \(BatchNorm2d: .*\): drop that batch \(--drop-last, or dropLast: true in the training section of a recipe\), or choose a batch size other than 16/,
    )
    expect(isStarted()).toBe(false)
  })

  it.each([
    ['resnet8', 'rkd', 17],
    ['resnet8', 'reviewkd', 16],
    ['resnet8', 'reviewkd', 18],
  ])('should not hinder %s by %s of %i images', async (model, method, limit) => {
    await expect(training(model, method, limit).ended).rejects.toThrow('begun')
  })

  it('should not hinder a training that leaves it out', async () => {
    await expect(training('resnet8', 'reviewkd', 17, true).ended).rejects.toThrow('begun')
  })
})
