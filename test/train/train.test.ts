import { describe, expect, it } from 'vitest'
import { grad, realize, tensor } from '../../engine/index.ts'
import { distiller } from '../../kd/index.ts'
import { crossEntropy, SGD } from '../../nn/index.ts'
import {
  type EpochEnd,
  evaluate,
  newNetwork,
  type Observer,
  resolveHyperparameters,
  type StepEnd,
  train,
} from '../../train/index.ts'
import { numbersOf, tinyDataset, tinyLoaders, tinyNetwork } from './tinyNetwork.ts'

const hyperparameters = resolveHyperparameters({ epochs: 4, batchSize: 8, lr: 0.1 })
const alone = distiller('alone')

describe('train', () => {
  it('should do what the same steps written by hand do', async () => {
    const images = tinyLoaders()
    const trained = tinyNetwork()
    await train({ network: trained, method: alone, hyperparameters, ...images })

    const network = tinyNetwork()
    const optimizer = new SGD(network.parameters(), { lr: 0.1, momentum: 0.9, weightDecay: 5e-4 })
    for (let epoch = 0; epoch < 4; epoch++) {
      // The milestones 150, 180 and 210 of 240 epochs are 2.5, 3 and 3.5 of 4, which round to 3, 3 and 4.
      if (epoch === 3) optimizer.lr = 0.001
      for (const batch of images.trainingImages.epoch(epoch)) {
        const { logits } = network.forward(tensor(batch.images))
        const loss = crossEntropy(logits, tensor(batch.labels))
        optimizer.step(grad(loss, network.parameters()))
        await realize(network, optimizer)
      }
    }
    const [expected, given] = [await numbersOf(network.stateDict()), await numbersOf(trained.stateDict())]
    for (const name in expected) {
      expected[name].forEach((value, i) => {
        expect(given[name][i]).toBeCloseTo(value, 5)
      })
    }
  })

  it('should lower the loss, and say how the network does', async () => {
    const network = tinyNetwork()
    const images = tinyLoaders()
    const { epochs, last, best } = await train({ network, method: alone, hyperparameters, ...images })
    expect(epochs.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4])
    expect(epochs.map(({ lr }) => lr)).toEqual([0.1, 0.1, 0.1, expect.closeTo(0.001, 9)])
    expect(last.train.loss).toBeLessThan(epochs[0].train.loss)
    expect(last.test).toEqual(await evaluate(network, images.testImages))
    expect(best.test.top1).toBe(Math.max(...epochs.map(({ test }) => test.top1)))
  })

  it('should give the same weights, bit for bit, for the same seed', async () => {
    const weights = async () => {
      const network = newNetwork('resnet8', tinyDataset(), 3)
      await train({
        network,
        method: alone,
        hyperparameters: { ...hyperparameters, epochs: 2 },
        ...tinyLoaders(),
      })
      return numbersOf(network.stateDict())
    }
    expect(await weights()).toEqual(await weights())
  })

  it('should distil: report temperatures and terms, and leave the teacher alone', async () => {
    const teacher = newNetwork('resnet8', tinyDataset(), 1)
    const network = newNetwork('resnet8', tinyDataset(), 2)
    const before = await numbersOf(teacher.stateDict())
    const { last } = await train({
      network,
      teacher,
      method: distiller('dtkd'),
      hyperparameters: { ...hyperparameters, epochs: 1 },
      ...tinyLoaders(),
    })
    expect(await numbersOf(teacher.stateDict())).toEqual(before)
    expect(teacher.training).toBe(false)
    expect(Object.keys(last.train)).toEqual([
      'loss',
      'dtkd',
      'kd',
      'crossEntropy',
      'studentTemperature',
      'teacherTemperature',
      'studentSharpness',
      'teacherSharpness',
    ])
    // The two temperatures of a sample have the mean 4, with and without the guard.
    expect((last.train.studentTemperature + last.train.teacherTemperature) / 2).toBeCloseTo(4, 4)
    expect(last.guardedRows).toBeGreaterThanOrEqual(0)
  })

  it('should refuse a distillation without a teacher', async () => {
    const training = { network: tinyNetwork(), method: distiller('kd'), hyperparameters, ...tinyLoaders() }
    await expect(train(training)).rejects.toThrow('method: kd: expected a teacher, got none')
  })

  it('should tell its observers of every step and epoch, in order', async () => {
    const steps: StepEnd[] = []
    const heard: string[] = []
    const observer: Observer = {
      started: ({ epochs, steps, images }) => void heard.push(`start ${epochs} ${steps} ${images}`),
      stepEnded: (step) => void steps.push(step),
      epochEnded: async ({ metrics }) =>
        void heard.push(`epoch ${metrics.epoch} after ${steps.length} steps`),
    }
    await train({
      network: tinyNetwork(),
      method: alone,
      hyperparameters: { ...hyperparameters, epochs: 2 },
      observers: [observer],
      ...tinyLoaders(),
    })
    expect(heard).toEqual(['start 2 3 20', 'epoch 1 after 3 steps', 'epoch 2 after 6 steps'])
    expect(steps[4]).toEqual({ epoch: 2, step: 2, steps: 3, images: 8 })
    expect(steps[5].images).toBe(4)
  })

  it('should hand out weights that later training does not change, and call the later of equal epochs the best', async () => {
    const ends: EpochEnd[] = []
    const copies: unknown[] = []
    const epochEnded = async (end: EpochEnd) => {
      ends.push(end)
      copies.push(await numbersOf(end.weights))
    }
    const network = tinyNetwork()
    await train({ network, method: alone, hyperparameters, observers: [{ epochEnded }], ...tinyLoaders() })
    expect(await Promise.all(ends.map(({ weights }) => numbersOf(weights)))).toEqual(copies)
    expect(copies.at(-1)).toEqual(await numbersOf(network.stateDict()))
    let highest = 0
    for (const { metrics, isBest } of ends) {
      expect(isBest).toBe(metrics.test.top1 >= highest)
      highest = Math.max(highest, metrics.test.top1)
    }
  })
})
