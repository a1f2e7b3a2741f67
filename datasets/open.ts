import { demand } from '../engine/errors.ts'
import { openCifar10, openCifar100 } from './cifar.ts'
import type { Dataset } from './dataset.ts'
import { openDigits } from './digits.ts'
import { type SyntheticOptions, syntheticDataset } from './synthetic.ts'

/** The names that `openDataset` knows. */
export const datasetNames = ['digits', 'cifar100', 'cifar10', 'synthetic'] as const

export type DatasetName = (typeof datasetNames)[number]

export interface OpenOptions {
  /** Where the images lie, for `cifar100` and `cifar10`: see `openCifar100` and `openCifar10`. */
  data?: string
  /** For `synthetic`. */
  synthetic?: SyntheticOptions
}

const openers: Record<DatasetName, (options: OpenOptions) => Dataset | Promise<Dataset>> = {
  digits: ({ data }) => {
    demandNoData('digits', data, 'its images ship with thermograd')
    return openDigits()
  },
  cifar100: ({ data }) => openCifar100(demandData('cifar100', data, 'cifar-100-binary')),
  cifar10: ({ data }) => openCifar10(demandData('cifar10', data, 'cifar-10-binary')),
  synthetic: ({ data, synthetic }) => {
    demandNoData('synthetic', data, 'its images are made of numbers alone')
    return syntheticDataset(synthetic)
  },
}

/**
 * The data set of this name: `digits` and `synthetic` need nothing, `cifar100` and `cifar10` need `data`.
 *
 * Throws for an unknown name, for CIFAR without a path, and for a path that the data set has no use for.
 */
export async function openDataset(name: string, options: OpenOptions = {}): Promise<Dataset> {
  demand(isKnown(name), () => `dataset: expected one of ${datasetNames.join(', ')}, got ${name}`)
  return openers[name](options)
}

function isKnown(name: string): name is DatasetName {
  return (datasetNames as readonly string[]).includes(name)
}

function demandData(name: DatasetName, data: string | undefined, archive: string): string {
  demand(
    data !== undefined,
    () =>
      `${name}: expected data, the path of ${archive}.tar.gz or of the folder unpacked from it; ` +
      `get it from https://www.cs.toronto.edu/~kriz/${archive}.tar.gz`,
  )
  return data
}

function demandNoData(name: DatasetName, data: string | undefined, reason: string): void {
  demand(data === undefined, () => `${name}: takes no data, ${reason}; got ${data}`)
}
