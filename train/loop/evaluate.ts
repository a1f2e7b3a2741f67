import { check } from '../../base/arguments.ts'
import type { Loader } from '../../datasets/index.ts'
import { realize, type Tensor } from '../../engine/index.ts'
import { crossEntropy, type Network, type Predictions, topKCorrect } from '../../nn/index.ts'
import { networkRule } from '../../nn/models/network.ts'
import { loaderRule } from '../arguments.ts'
import { Averages } from './averages.ts'
import { batchTensors, readScalars } from './batch.ts'
import { Columns } from './columns.ts'

/** The accuracy and loss of a network. */
export interface Evaluation {
  /** Percentage of images whose class has the largest logit. */
  readonly top1: number
  /** Percentage of images whose class is among the five largest logits. */
  readonly top5: number
  /** Mean cross entropy over the images. */
  readonly loss: number
}

/** A network's predictions for a batch of images, in evaluation mode. */
export interface Classified {
  readonly predictions: Predictions
  /** [N] int32 */
  readonly labels: Tensor
  /** Index of the batch, from 0. */
  readonly batch: number
}

/** Computes per-image values of a batch: tensors of N elements, by name. */
export type RowsOf = (classified: Classified) => Readonly<Record<string, Tensor>>

/** Classifies every image of the loader in evaluation mode, then restores the network's mode. */
export async function evaluate(network: Network, images: Loader): Promise<Evaluation> {
  check('evaluate', 'network', network, networkRule)
  check('evaluate', 'images', images, loaderRule)
  const { evaluation } = await examine(network, images, () => ({}))
  return evaluation
}

/** Like `evaluate`, and collects the per-image values that `rowsOf` computes. */
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

/** Yields the network's lazy predictions batch by batch, in evaluation mode. */
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
