import { describe, expect, it } from 'vitest'
import { type Batch, Loader, openDataset } from '../../../datasets/index.ts'
import { openExecutor, useExecutor } from '../../../engine/index.ts'
import { distiller, distillerNames } from '../../../kd/index.ts'
import { createModel, DOT, SGD } from '../../../nn/index.ts'
import { takeStep, trainedBy } from '../../../train/loop/step.ts'

const digits = await openDataset('digits', {})
const image = digits.train.images.shape.slice(1)
const trainingLabels = digits.train.labels
const newModel = (name: string, seed: number) => createModel(name, { channels: 1, classes: 10, seed })
const loader = new Loader(digits.train, { batchSize: 16, shuffle: true, seed: 1 })

/** Its weights are the initial ones: whatever it says, a student can come nearer to it. */
const teacher = newModel('resnet8', 1)

useExecutor((await openExecutor('wasm')).executor)

/** The losses of ten steps on the same batch, so that nothing but learning lowers them. */
async function tenLosses(name: string, { dot = false } = {}): Promise<number[]> {
  const network = newModel('resnet8', 2)
  const options = name === 'crd' ? { negatives: 256 } : {}
  const method = distiller(name, options).build({ student: network, teacher, image, trainingLabels, seed: 3 })
  const trained = trainedBy({ network, method })
  const optimizer = dot ? new DOT(trained, { lr: 0.005 }) : new SGD(trained, { lr: 0.005, momentum: 0.9 })
  const learner = { network, method, optimizer, teacher }
  const [batch] = loader.epoch(1) as Iterable<Batch>
  const losses: number[] = []
  for (let step = 0; step < 10; step++) losses.push((await takeStep(learner, batch, 20)).loss)
  return losses
}

describe.each(distillerNames)('%s', (name) => {
  it('should lower its loss on digits in ten steps', async () => {
    const losses = await tenLosses(name)
    console.log(name, losses.at(-1)! / losses[0])
    expect(losses.at(-1)).toBeLessThan(0.9 * losses[0])
  })
})

describe('DOT', () => {
  it.each(['kd', 'fitnet', 'vid'])('should lower the loss of %s', async (name) => {
    const losses = await tenLosses(name, { dot: true })
    console.log(name, losses.at(-1)! / losses[0])
    expect(losses.at(-1)).toBeLessThan(0.9 * losses[0])
  })
})
