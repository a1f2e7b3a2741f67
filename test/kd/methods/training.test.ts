import { beforeAll, describe, expect, it } from 'vitest'
import { type Batch, Loader, openDataset } from '../../../datasets/index.ts'
import { openExecutor, useExecutor } from '../../../engine/index.ts'
import { distiller, distillerNames } from '../../../kd/index.ts'
import { createModel, DOT, type Network, SGD } from '../../../nn/index.ts'
import { takeStep, trainedBy } from '../../../train/loop/step.ts'

const digits = await openDataset('digits', {})
const image = digits.train.images.shape.slice(1)
const trainingLabels = digits.train.labels
const newModel = (name: string, seed: number) => createModel(name, { channels: 1, classes: 10, seed })
const loader = new Loader(digits.train, { batchSize: 32, shuffle: true, seed: 1 })

let teacher: Network

beforeAll(async () => {
  useExecutor((await openExecutor('wasm')).executor)
  teacher = newModel('resnet14', 1)
  const method = distiller('alone').build({ student: teacher, image })
  const optimizer = new SGD(teacher.parameters(), { lr: 0.02, momentum: 0.9 })
  for (const batch of loader.epoch(0)) await takeStep({ network: teacher, method }, optimizer, batch, 1)
})

/** The losses of ten steps on the same batch, so that nothing but learning lowers them. */
async function tenLosses(name: string, { dot = false } = {}): Promise<number[]> {
  const network = newModel('resnet8', 2)
  const options = name === 'crd' ? { negatives: 256 } : {}
  const method = distiller(name, options).build({ student: network, teacher, image, trainingLabels, seed: 3 })
  const pupil = { network, method, teacher }
  const trained = trainedBy(pupil)
  const optimizer = dot ? new DOT(trained, { lr: 0.005 }) : new SGD(trained, { lr: 0.005, momentum: 0.9 })
  const [batch] = loader.epoch(1) as Iterable<Batch>
  const losses: number[] = []
  for (let step = 0; step < 10; step++) losses.push((await takeStep(pupil, optimizer, batch, 20)).loss)
  return losses
}

describe.each(distillerNames)('%s', (name) => {
  it('should lower its loss on digits in ten steps', async () => {
    const losses = await tenLosses(name)
    expect(losses.at(-1)).toBeLessThan(0.9 * losses[0])
  })
})

describe('DOT', () => {
  it.each(['kd', 'fitnet', 'vid'])('should lower the loss of %s', async (name) => {
    const losses = await tenLosses(name, { dot: true })
    expect(losses.at(-1)).toBeLessThan(0.9 * losses[0])
  })
})
