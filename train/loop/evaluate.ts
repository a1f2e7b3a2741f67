import { check } from '../../base/arguments.ts'
import type { Loader } from '../../datasets/index.ts'
import { realize, type Tensor } from '../../engine/index.ts'
import { crossEntropy, type Network, type Predictions, topKCorrect } from '../../nn/index.ts'
import { networkRule } from '../../nn/models/network.ts'
import { loaderRule } from '../arguments.ts'
import { Averages } from './averages.ts'
import { batchTensors, readScalars } from './batch.ts'
import { Columns } from './columns.ts'

/** How well a network classifies. */
export interface Evaluation {
  /** Of all images, the percentage whose class has the largest logit. */
  readonly top1: number
  /** Of all images, the percentage whose class is among the five largest logits. */
  readonly top5: number
  /** Cross entropy, the mean over the images. */
  readonly loss: number
}

/** A batch of images as a network in evaluation mode sees it. */
export interface Classified {
  readonly predictions: Predictions
  /** [N] int32 */
  readonly labels: Tensor
  /** The number of the batch, from 0. */
  readonly batch: number
}

/** Asks for numbers of each image of a batch: tensors of N elements by name. */
export type RowsOf = (classified: Classified) => Readonly<Record<string, Tensor>>

/** Classifies every image of the loader in evaluation mode; the network goes back to the mode that it was in. */
export async function evaluate(network: Network, images: Loader): Promise<Evaluation> {
  check('evaluate', 'network', network, networkRule)
  check('evaluate', 'images', images, loaderRule)
  const { evaluation } = await examine(network, images, () => ({}))
  return evaluation
}

/** The same, and what else is asked of each image. */
export async function examine(
  network: Network,
  images: Loader,
  rowsOf: RowsOf,
): Promise<{ evaluation: Evaluation; columns: Columns }> {
  const averages = new Averages()
  const columns = new Columns()
  for (const classified of classify(network, images)) {
    const rows = rowsOf(classified)
    const scalars = scalarsOf(classified)
    await realize(...Object.values(scalars), ...Object.values(rows))
    averages.add(await readScalars(scalars), classified.labels.size)
    await columns.add(rows)
  }
  const { top1, top5, loss } = averages.means()
  return { evaluation: { top1, top5, loss }, columns }
}

/** What the network says of the images, batch after batch, as recipes. */
export function* classify(network: Network, loader: Loader): Generator<Classified> {
  const { training } = network
  network.evaluate()
  try {
    let number = 0
    for (const batch of loader.epoch(0)) {
      const { images, labels } = batchTensors(batch)
      yield { predictions: network.forward(images), labels, batch: number++ }
    }
  } finally {
    if (training) network.train()
  }
}

function scalarsOf({ predictions: { logits }, labels }: Classified): Record<string, Tensor> {
  const percent = (k: number) => topKCorrect(logits, labels, k).multiply(100 / labels.size)
  return { top1: percent(1), top5: percent(5), loss: crossEntropy(logits, labels) }
}
