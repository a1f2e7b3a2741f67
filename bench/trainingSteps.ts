import ndarray from 'ndarray'
import { RandomStream, streamKey } from '../base/random.ts'
import type { Batch } from '../datasets/index.ts'
import { distiller } from '../kd/index.ts'
import { createModel, SGD } from '../nn/index.ts'
import { batchTensors } from '../train/loop/batch.ts'
import { takeStep } from '../train/loop/step.ts'
import type { Job } from './jobs.ts'

/**
 * Returns a function that takes one step of a job on the current executor, as in training: upload of the batch, recording,
 * planning or finding the plan, computing, reading the loss.
 */
export function stepOf({
  teacher: teacherName,
  student: studentName,
  batch: size,
}: Job): () => Promise<void> {
  const batch = randomBatch(size)
  const teacher = teacherName === undefined ? undefined : createModel(teacherName).evaluate()
  if (studentName === undefined) {
    return async () => {
      await teacher!.forward(batchTensors(batch).images).logits.data()
    }
  }
  const network = createModel(studentName, { seed: 1 })
  const optimizer = new SGD(network.parameters(), { lr: 0.05, momentum: 0.9, weightDecay: 5e-4 })
  const image = [3, 32, 32]
  const method = distiller(teacher ? 'dtkd' : 'alone').build({ student: network, teacher, image })
  const learner = { network, method, optimizer, teacher }
  return async () => {
    await takeStep(learner, batch, 240)
  }
}

/** Returns noise with labels: the speed of a step does not depend on the images. */
function randomBatch(size: number): Batch {
  const stream = new RandomStream(streamKey(0, 'benchmark'))
  const pixels = Float32Array.from({ length: size * 3 * 32 * 32 }, () => stream.uniform() - 0.5)
  const indices = Int32Array.from({ length: size }, (_, row) => row)
  const labels = indices.map((index) => index % 100)
  const images = ndarray(pixels, [size, 3, 32, 32])
  return { images, labels, indices, places: indices, following: new Int32Array() }
}
