import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Loader } from '../../datasets/index.ts'
import { tensor } from '../../engine/index.ts'
import { evaluate, newNetwork } from '../../train/index.ts'
import { tinyDataset, tinyNetwork } from './tinyNetwork.ts'

const { test } = tinyDataset({ testCount: 30 })

describe('evaluate', () => {
  it('should not depend on the size of the batches', async () => {
    const network = tinyNetwork()
    const whole = await evaluate(network, new Loader(test, { batchSize: 30 }))
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 30 }), async (batchSize) => {
        const { top1, top5, loss } = await evaluate(network, new Loader(test, { batchSize }))
        expect(top1).toBeCloseTo(whole.top1, 4)
        expect(top5).toBeCloseTo(whole.top5, 4)
        expect(loss).toBeCloseTo(whole.loss, 5)
      }),
      { numRuns: 10 },
    )
  })

  it('should count and average what the logits say', async () => {
    const network = tinyNetwork()
    const [{ images, labels }] = new Loader(test, { batchSize: 30 }).epoch(0)
    const logits = await network.forward(tensor(images)).logits.ndarray()
    let correct = 0
    let loss = 0
    labels.forEach((label, row) => {
      const ofRow = [0, 1, 2].map((k) => logits.get(row, k))
      if (ofRow.indexOf(Math.max(...ofRow)) === label) correct++
      loss += Math.log(ofRow.reduce((sum, logit) => sum + Math.exp(logit), 0)) - ofRow[label]
    })
    const evaluation = await evaluate(network, new Loader(test, { batchSize: 7 }))
    expect(evaluation.top1).toBeCloseTo((100 * correct) / 30, 4)
    expect(evaluation.loss).toBeCloseTo(loss / 30, 5)
    expect(evaluation.top5).toBeCloseTo(100, 4)
  })

  it('should neither move running statistics nor change the mode', async () => {
    const network = newNetwork('resnet8', tinyDataset())
    const statistics = network.stateDict().get('bn1.running_mean')!
    const before = await statistics.data()
    await evaluate(network, new Loader(test, { batchSize: 30 }))
    expect(network.training).toBe(true)
    expect(await statistics.data()).toEqual(before)
    await evaluate(network.evaluate(), new Loader(test, { batchSize: 30 }))
    expect(network.training).toBe(false)
  })
})
