import { describe, expect, it } from 'vitest'
import { Loader, openDigits } from '../../datasets/index.ts'
import { type Executor, grad, openExecutor, realizeOn, type Tensor } from '../../engine/index.ts'
import { dtkd } from '../../kd/index.ts'
import {
  BatchNorm2d,
  Conv2d,
  Flatten,
  initialize,
  Linear,
  MaxPool2d,
  type Module,
  ReLU,
  Sequential,
  SGD,
} from '../../nn/index.ts'
import { batchTensors } from '../../train/loop/batch.ts'
import { modes } from './modes.ts'

/** A small network for the digits: two convolutions, batch norm, max pooling and a linear layer. */
function smallNetwork(seed: number): Module<Tensor> {
  return initialize(
    new Sequential(
      new Conv2d(1, 8, 3, { padding: 1, bias: false }),
      new BatchNorm2d(8),
      new ReLU(),
      new MaxPool2d(2),
      new Conv2d(8, 8, 3, { padding: 1, bias: false }),
      new BatchNorm2d(8),
      new ReLU(),
      new Flatten(),
      new Linear(128, 10),
    ),
    seed,
  )
}

/** The losses of steps of DTKD on the digits. */
async function lossesOn(executor: Executor, steps: number): Promise<number[]> {
  const { train } = await openDigits()
  const teacher = smallNetwork(1).evaluate()
  const student = smallNetwork(2)
  const optimizer = new SGD(student.parameters(), { lr: 0.02, momentum: 0.9, weightDecay: 5e-4 })
  const losses: number[] = []
  for (let epoch = 0; losses.length < steps; epoch++) {
    for await (const batch of new Loader(train, { batchSize: 32, shuffle: true }).epoch(epoch)) {
      if (losses.length === steps) break
      const { images, labels } = batchTensors(batch)
      const { loss } = dtkd(student.forward(images), teacher.forward(images), labels, { epoch: 20 })
      optimizer.step(grad(loss, student.parameters()))
      await realizeOn(executor, loss, student, optimizer)
      losses.push(await loss.item())
    }
  }
  return losses
}

describe('a training with DTKD on the digits', () => {
  const wanted = openExecutor('wasm').then(({ executor }) => lossesOn(executor, 100))

  it.each(modes)('should have the losses of the wasm executor on the $name', async ({ executor }) => {
    const losses = await lossesOn(executor, 100)
    expect(losses.at(-1)).toBeLessThan(0.6 * losses[0])
    for (const [step, loss] of (await wanted).entries()) {
      expect(Math.abs(losses[step] - loss), `step ${step}`).toBeLessThan(1e-3)
    }
  })
})
