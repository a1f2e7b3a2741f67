import {
  arrayOf,
  check,
  checkFields,
  objectWith,
  path,
  seed as seedRule,
  text,
  whole,
} from '../base/arguments.ts'
import { checkDataset } from '../datasets/arguments.ts'
import type { Dataset } from '../datasets/index.ts'
import { streamKey } from '../engine/index.ts'
import { createModel, type Network } from '../nn/index.ts'
import { restoreWeights } from './loop/weights.ts'

/** A trained network, its name, and where its weights come from. */
export interface Teacher {
  readonly model: string
  readonly network: Network
  /** The file of its weights. */
  readonly source: string
}

/** As much of a split as decides a network. */
const splitRule = objectWith('a split of images [count, channels, height, width]', {
  images: objectWith('an ndarray', { shape: arrayOf(whole(0), 4) }),
})

/**
 * A network of this name for the images and classes of a data set. Its initial weights depend on the seed and on its
 * name: a teacher and its student have layers of the same names, but must not start from the same numbers.
 */
export function newNetwork(model: string, dataset: Dataset, seed = 0): Network {
  check('newNetwork', 'model', model, text)
  checkFields('newNetwork', 'dataset', dataset, { classNames: arrayOf(text), train: splitRule })
  check('newNetwork', 'seed', seed, seedRule)
  const { train, classNames } = dataset
  const [ownSeed] = streamKey(seed, model)
  return createModel(model, { channels: train.images.shape[1], classes: classNames.length, seed: ownSeed })
}

/** A teacher with the weights in a file. */
export async function loadTeacher(dataset: Dataset, model: string, weights: string): Promise<Teacher> {
  checkDataset('loadTeacher', dataset)
  check('loadTeacher', 'weights', weights, path)
  const network = newNetwork(model, dataset)
  await restoreWeights(network, weights)
  return { model, network, source: weights }
}
