import { anObject, checkOptions, path as pathRule, type Rules } from '../base/arguments.ts'
import { demand } from '../base/errors.ts'
import { checkDataset } from './arguments.ts'
import { builtInDatasets, datasets } from './builtIn.ts'
import type { Dataset } from './dataset.ts'
import type { DatasetDefinition } from './defineDataset.ts'
import { type SyntheticOptions, syntheticRules } from './synthetic.ts'

/** The names of thermograd's data sets. */
export type DatasetName = (typeof builtInDatasets)[number]['name']

/** The names that `openDataset` knows. */
export const datasetNames: readonly DatasetName[] = builtInDatasets.map(({ name }) => name)

export interface OpenOptions {
  /** Path of the images, for data sets whose entry in `datasetInfos` has `data`. */
  data?: string | undefined
  /** Options of `synthetic`. */
  synthetic?: SyntheticOptions
}

const optionRules: Rules<OpenOptions> = { data: pathRule, synthetic: anObject }

/** A description of a data set. */
export interface DatasetInfo {
  readonly name: string
  readonly description: string
  /** What `data` must be the path of, and its source; `undefined` if the data set takes none. */
  readonly data?: { readonly what: string; readonly source: string } | undefined
}

/** Describes the data set of a definition. */
export function datasetInfo({ name, description, data }: DatasetDefinition): DatasetInfo {
  return { name, description, data }
}

/** Description and requirements of each data set. */
export const datasetInfos: readonly DatasetInfo[] = datasets.definitions.map(datasetInfo)

/**
 * Opens the data set of this name or definition; `datasetInfos` says which names need `data`.
 *
 * Throws for an unknown name, for missing `data`, and for `data` that the data set does not take.
 */
export async function openDataset(
  dataset: string | DatasetDefinition,
  options: OpenOptions = {},
): Promise<Dataset> {
  checkOptions('openDataset', options, optionRules)
  checkOptions('openDataset: synthetic', options.synthetic ?? {}, syntheticRules)
  const definition = datasets.definitionOf(dataset)
  const opened = await openBy(definition, options)
  checkDataset(`${definition.name}: the result of open`, opened)
  return { ...opened, name: definition.name }
}

async function openBy(definition: DatasetDefinition, options: OpenOptions): Promise<Dataset> {
  const { name } = definition
  const { data } = options
  if (definition.data !== undefined) {
    const { what, source } = definition.data
    demand(data !== undefined, () => `${name}: expected data, the path of ${what}; ${source}`)
    return { ...(await definition.open(data)), data }
  }
  const { reason = 'its images are computed' } = definition
  demand(data === undefined, () => `${name}: takes no data, ${reason}; got ${data}`)
  return definition.open(options)
}
