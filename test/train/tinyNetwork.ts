import { type Dataset, Loader, syntheticDataset } from '../../datasets/index.ts'
import type { Tensor } from '../../engine/index.ts'
import { Flatten, initialize, Linear, Network, type Predictions } from '../../nn/index.ts'

/** One linear layer on the pixels of 1×4×4 images of three classes: the smallest thing that can be trained. */
export class TinyNetwork extends Network {
  readonly stageChannels = [1]
  readonly flatten = new Flatten()
  readonly fc = new Linear(16, 3)

  override forward(images: Tensor): Predictions {
    const pooled = this.flatten.forward(images)
    return { logits: this.fc.forward(pooled), features: [images], preactivations: [images], pooled }
  }
}

export function tinyNetwork(seed = 0): TinyNetwork {
  return initialize(new TinyNetwork(), seed)
}

/** 1×4×4 images of three classes; 20 for training and 10 for testing unless said otherwise. */
export function tinyDataset(counts: { trainCount?: number; testCount?: number } = {}): Dataset {
  return syntheticDataset({ classes: 3, channels: 1, size: 4, trainCount: 20, testCount: 10, ...counts })
}

/** Batches of eight in an order of their own in each epoch, and test images. */
export function tinyLoaders({ train, test, augmentation: augment }: Dataset = tinyDataset()) {
  return {
    trainingImages: new Loader(train, { batchSize: 8, shuffle: true, augment }),
    testImages: new Loader(test, { batchSize: 8 }),
  }
}

/** All weights by name as plain numbers, for comparisons. */
export async function numbersOf(
  weights: Iterable<readonly [string, Tensor]>,
): Promise<Record<string, number[]>> {
  const numbers: Record<string, number[]> = {}
  for (const [name, weight] of weights) numbers[name] = [...(await weight.data())]
  return numbers
}
