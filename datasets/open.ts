import { anObject, checkOptions, path as pathRule, type Rules } from '../base/arguments.ts'
import { demand, describe } from '../base/errors.ts'
import { openCifar10, openCifar100, openCifar100Coarse } from './cifar/cifar.ts'
import type { Dataset } from './dataset.ts'
import { openDigits } from './digitsFile.ts'
import { openImageFolder } from './folder/imageFolder.ts'
import { openFashionMnist, openMnist } from './idx/mnist.ts'
import { type SyntheticOptions, syntheticDataset, syntheticRules } from './synthetic.ts'

/** The names that `openDataset` knows. */
export const datasetNames = [
  'digits',
  'cifar100',
  'cifar100-coarse',
  'cifar10',
  'fashion-mnist',
  'mnist',
  'folder',
  'synthetic',
] as const

export type DatasetName = (typeof datasetNames)[number]

export interface OpenOptions {
  /** Path of the images, for data sets whose entry in `datasetInfos` has `data`. */
  data?: string | undefined
  /** Options of `synthetic`. */
  synthetic?: SyntheticOptions
}

const optionRules: Rules<OpenOptions> = { data: pathRule, synthetic: anObject }

/** A description of a data set. */
export interface DatasetInfo {
  readonly name: DatasetName
  readonly description: string
  /** What `data` must be the path of, and its source; `undefined` if the data set takes none. */
  readonly data?: { readonly what: string; readonly source: string } | undefined
}

/** A data set that needs no files, or one that needs a path. */
type Entry =
  | { description: string; reason: string; open(options: OpenOptions): Dataset | Promise<Dataset> }
  | { description: string; what: string; source: string; open(path: string): Promise<Dataset> }

const cifar = (digits: number, dataset: string) => ({
  what: `cifar-${digits}-binary.tar.gz or cifar-${digits}-python.tar.gz, or the folder unpacked from it`,
  source: `fetch it: thermograd data fetch ${dataset}`,
})

const idx = 'the folder with train-images-idx3-ubyte.gz and the other three files, gzipped or not'

const entries: Record<DatasetName, Entry> = {
  digits: {
    description: '1,797 handwritten digits, 1×8×8, 10 classes',
    reason: 'its images ship with thermograd',
    open: openDigits,
  },
  cifar100: {
    description: '60,000 photographs, 3×32×32, 100 classes',
    ...cifar(100, 'cifar100'),
    open: openCifar100,
  },
  'cifar100-coarse': {
    description: 'the images of CIFAR-100 with its 20 superclasses',
    ...cifar(100, 'cifar100'),
    open: openCifar100Coarse,
  },
  cifar10: {
    description: '60,000 photographs, 3×32×32, 10 classes',
    ...cifar(10, 'cifar10'),
    open: openCifar10,
  },
  'fashion-mnist': {
    description: '70,000 images of clothing, 1×28×28, 10 classes',
    what: idx,
    source: 'the Debian package dataset-fashion-mnist installs them in /usr/share/datasets/fashion-mnist',
    open: openFashionMnist,
  },
  mnist: {
    description: '70,000 handwritten digits, 1×28×28, 10 classes',
    what: idx,
    source: 'download them from https://ossci-datasets.s3.amazonaws.com/mnist',
    open: openMnist,
  },
  folder: {
    description: 'PNG and JPEG images of one size',
    what: 'the folder with train/CLASS/*.png or .jpg, and test/CLASS/… or val/CLASS/…',
    source: 'put your own images there',
    open: openImageFolder,
  },
  synthetic: {
    description: 'patterns under noise, 3×32×32, 10 classes',
    reason: 'its images are computed',
    open: ({ synthetic }: OpenOptions) => syntheticDataset(synthetic),
  },
}

/** Description and requirements of each data set. */
export const datasetInfos: readonly DatasetInfo[] = datasetNames.map((name) => {
  const { description, ...entry } = entries[name]
  return {
    name,
    description,
    data: 'what' in entry ? { what: entry.what, source: entry.source } : undefined,
  }
})

/**
 * Opens the data set of this name; `datasetInfos` says which ones need `data`.
 *
 * Throws for an unknown name, for missing `data`, and for `data` that the data set does not take.
 */
export async function openDataset(name: string, options: OpenOptions = {}): Promise<Dataset> {
  checkOptions('openDataset', options, optionRules)
  checkOptions('openDataset: synthetic', options.synthetic ?? {}, syntheticRules)
  demand(isKnown(name), () => `dataset: expected one of ${datasetNames.join(', ')}, got ${describe(name)}`)
  const entry = entries[name]
  const { data } = options
  if ('what' in entry) {
    demand(data !== undefined, () => `${name}: expected data, the path of ${entry.what}; ${entry.source}`)
    return { ...(await entry.open(data)), data }
  }
  demand(data === undefined, () => `${name}: takes no data, ${entry.reason}; got ${data}`)
  return entry.open(options)
}

function isKnown(name: string): name is DatasetName {
  return (datasetNames as readonly string[]).includes(name)
}
