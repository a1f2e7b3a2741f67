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
import { createModel, type Network, type NetworkDefinition } from '../nn/index.ts'
import { networks } from '../nn/models/networks.ts'
import { restoreWeights } from './loop/weights.ts'

/** A trained network, its name, and the source of its weights. */
export interface Teacher {
  readonly model: string
  readonly network: Network
  /** Path of its weights. */
  readonly source: string
}

/** The part of a split that determines a network. */
const splitRule = objectWith('a split of images [count, channels, height, width]', {
  images: objectWith('an ndarray', { shape: arrayOf(whole(0), 4) }),
})

/**
 * Creates a network, by name or definition, for the images and classes of a data set. Its initial weights depend on both the
 * seed and the network's name, because a teacher and its student may have layers of the same name but must not start from the
 * same values.
 */
export function newNetwork(model: string | NetworkDefinition, dataset: Dataset, seed = 0): Network {
  const definition = networks.definitionOf(model)
  checkFields('newNetwork', 'dataset', dataset, { classNames: arrayOf(text), train: splitRule })
  check('newNetwork', 'seed', seed, seedRule)
  const { train, classNames } = dataset
  const [ownSeed] = streamKey(seed, definition.name)
  return createModel(definition, {
    channels: train.images.shape[1],
    classes: classNames.length,
    seed: ownSeed,
  })
}

/** Loads a teacher's weights from a file. */
export async function loadTeacher(
  dataset: Dataset,
  model: string | NetworkDefinition,
  weights: string,
): Promise<Teacher> {
  checkDataset('loadTeacher', dataset)
  check('loadTeacher', 'weights', weights, path)
  const network = newNetwork(model, dataset)
  await restoreWeights(network, weights)
  return { model: networks.definitionOf(model).name, network, source: weights }
}
