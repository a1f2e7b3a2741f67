import { type Dataset, Loader } from 'thermograd/datasets'
import { grad, realize, tensor } from 'thermograd/engine'
import { distiller, type Method } from 'thermograd/kd'
import { createModel, type Network, SGD } from 'thermograd/nn'
import { evaluate, type Hyperparameters, resolveHyperparameters, scheduleOf } from 'thermograd/train'
import type { Setting } from './setting.ts'
import { type Sight, sightOf } from './sight.ts'

// This module knows nothing of pages: it takes the same steps in Node.

/** A completed step. */
export interface Step {
  /** Number of the step, from 1. */
  readonly step: number
  /** Loss of the batch. */
  readonly loss: number
  /** Accuracy on the test images in percent, after every tenth step. */
  readonly accuracy?: number | undefined
  /** Both networks' results for the batch, if there are two. */
  readonly sight?: Sight | undefined
}

/** A network, and everything that determines its training. */
export interface Course {
  readonly network: Network
  readonly method: Method
  readonly teacher?: Network
  readonly hyperparameters: Hyperparameters
  readonly trainingImages: Loader
  readonly testImages: Loader
}

const stepsBetweenTests = 10
const shape = { classes: 10, channels: 1 }
const image = [1, 8, 8]

/** The teacher: 14 layers, and all 1,437 training images. */
export function courseOfTeacher(digits: Dataset, seed: number): Course {
  const network = createModel('resnet14', { ...shape, seed })
  return {
    network,
    method: distiller('alone').build({ student: network, image }),
    hyperparameters: resolveHyperparameters({ epochs: 8, batchSize: 32, lr: 0.05 }),
    ...imagesFor(digits, { batchSize: 32, seed }),
  }
}

/** A student: 8 layers, and 100 images, ten or so of each digit. */
export function courseOfStudent(
  digits: Dataset,
  teacher: Network,
  { method: name, referenceTemperature }: Setting,
  seed: number,
): Course {
  const network = createModel('resnet8', { ...shape, seed: seed + 1 })
  const options = name === 'alone' ? {} : { referenceTemperature, warmUp: 0 }
  return {
    network,
    teacher: teacher.evaluate(),
    method: distiller(name, options).build({ student: network, teacher, image }),
    hyperparameters: resolveHyperparameters({ epochs: 80, batchSize: 20, lr: 0.02 }),
    ...imagesFor(digits, { batchSize: 20, seed, limit: 100 }),
  }
}

function imagesFor(digits: Dataset, options: { batchSize: number; seed: number; limit?: number }) {
  return {
    trainingImages: new Loader(digits.train, { ...options, shuffle: true, augment: digits.augmentation }),
    testImages: new Loader(digits.test, { batchSize: 120 }),
  }
}

/** Returns the number of steps of a course. */
export function stepsOf({ hyperparameters, trainingImages }: Course): number {
  return hyperparameters.epochs * trainingImages.batchesPerEpoch
}

/** Takes the steps of a course on demand, on the current executor. */
export async function* learn(course: Course): AsyncGenerator<Step> {
  const { network, method, teacher, hyperparameters, trainingImages, testImages } = course
  const { lr, momentum, weightDecay } = hyperparameters
  const optimizer = new SGD(network.parameters(), { lr, momentum, weightDecay })
  const lrOf = scheduleOf(hyperparameters)
  let step = 0
  for (let epoch = 1; epoch <= hyperparameters.epochs; epoch++) {
    optimizer.lr = lrOf(epoch)
    for (const batch of trainingImages.epoch(epoch - 1)) {
      const images = tensor(batch.images)
      const ofTeacher = teacher?.forward(images)
      const student = network.forward(images)
      const result = method.forward({ student, teacher: ofTeacher, labels: tensor(batch.labels), epoch })
      optimizer.step(grad(result.loss, network.parameters()))
      const sight =
        ofTeacher &&
        sightOf(batch, trainingImages.split, { student: student.logits, teacher: ofTeacher.logits }, result)
      await realize(result.loss, ...(sight?.tensors ?? []), network, optimizer)
      step++
      const isTested = step % stepsBetweenTests === 0
      yield {
        step,
        loss: await result.loss.item(),
        accuracy: isTested ? (await evaluate(network, testImages)).top1 : undefined,
        sight,
      }
    }
  }
}
