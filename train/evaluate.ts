import type { Batch, Loader } from '../datasets/index.ts'
import { realize } from '../engine/index.ts'
import { crossEntropy, type Network, topKCorrect } from '../nn/index.ts'
import { Averages } from './averages.ts'
import { batchTensors, readScalars } from './batch.ts'

/** How well a network classifies. */
export interface Evaluation {
  /** Of all images, the percentage whose class has the largest logit. */
  readonly top1: number
  /** Of all images, the percentage whose class is among the five largest logits. */
  readonly top5: number
  /** Cross entropy, the mean over the images. */
  readonly loss: number
}

/** Classifies every image of the loader in evaluation mode; the network goes back to the mode that it was in. */
export async function evaluate(network: Network, images: Loader): Promise<Evaluation> {
  const { training } = network
  network.evaluate()
  try {
    const averages = new Averages()
    for (const batch of images.epoch(0)) {
      averages.add(await evaluateBatch(network, batch), batch.labels.length)
    }
    const { top1, top5, loss } = averages.means()
    return { top1, top5, loss }
  } finally {
    if (training) network.train()
  }
}

async function evaluateBatch(network: Network, batch: Batch): Promise<Record<string, number>> {
  const { images, labels } = batchTensors(batch)
  const { logits } = network.forward(images)
  const percent = (k: number) => topKCorrect(logits, labels, k).multiply(100 / labels.size)
  const scalars = { top1: percent(1), top5: percent(5), loss: crossEntropy(logits, labels) }
  await realize(...Object.values(scalars))
  return readScalars(scalars)
}
