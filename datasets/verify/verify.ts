import { check, oneOf, optional, path as pathRule } from '../../base/arguments.ts'
import { demand } from '../../base/errors.ts'
import { checksumOf } from '../../base/files/download/checksum.ts'
import type { Normalisation, Split } from '../dataset.ts'
import { publishedArchives } from '../fetch/published.ts'
import { isFolder } from '../files.ts'
import { measure } from '../measure.ts'
import { type DatasetName, datasetNames, openDataset } from '../open.ts'
import { type Duplicate, duplicatesBetween } from './duplicates.ts'
import { type Recognised, recognise } from './recognise.ts'

/** What is in a split. */
export interface SplitReport {
  readonly count: number
  /** How many images the published split has, where this may be a part of it. */
  readonly officialCount?: number
  /** Images of the smallest class. */
  readonly fewest: number
  /** Images of the largest class. */
  readonly most: number
  /** Measured on its pixels. */
  readonly measured: Normalisation
}

/** What a data set on the disk turned out to be. */
export interface Verification {
  readonly path: string
  readonly dataset: string
  /** How its files are written. */
  readonly layout: string
  readonly classes: number
  /** Whether there are as many images as were published; undefined where nothing was. */
  readonly isWhole?: boolean
  /** Undefined where there is none, as in a single file. */
  readonly train?: SplitReport
  readonly test: SplitReport
  /** What the images will be normalised by. */
  readonly normalisation: Normalisation
  /** What its files hold besides, in sentences. */
  readonly notes: readonly string[]
  /** Test images that are training images too. */
  readonly duplicates: readonly Duplicate[]
  /** MD5 of an archive with all images, and what its author publishes. */
  readonly checksum?: { readonly actual: string; readonly published: string }
}

/**
 * Reads a data set from the first to the last byte, and says what it is and what is in it.
 *
 * @param dataset What it is, where its files do not tell: the IDX files of MNIST and Fashion-MNIST have the same names.
 *
 * Throws for a path that holds no data set, and at the first damage, naming the file and the place in it.
 */
export async function verifyDataset(path: string, dataset?: string): Promise<Verification> {
  check('verifyDataset', 'path', path, pathRule)
  check('verifyDataset', 'dataset', dataset, optional(oneOf(datasetNames)))
  const recognised = await recognise(path)
  const opened = await openDataset(dataset ?? onlyDataset(recognised, path), { data: path })
  const { name, train, test, classNames, officialCounts, notes = [] } = opened
  const isWhole =
    officialCounts &&
    train.labels.length === officialCounts.train &&
    test.labels.length === officialCounts.test
  const report = (split: Split, officialCount?: number) => reportOn(split, classNames.length, officialCount)
  return {
    path,
    dataset: name,
    layout: recognised.title,
    classes: classNames.length,
    isWhole,
    train: train.labels.length > 0 ? report(train, officialCounts?.train) : undefined,
    test: report(test, officialCounts?.test),
    normalisation: train.normalisation,
    notes,
    duplicates: duplicatesBetween(train, test),
    checksum: isWhole ? await compareChecksum(path, recognised) : undefined,
  }
}

function onlyDataset({ datasets, title }: Recognised, path: string): DatasetName {
  const [dataset, ...others] = datasets
  demand(
    others.length === 0,
    () =>
      `${path}: holds ${title}, in which several data sets come; say which (--dataset): ${datasets.join(' or ')}`,
  )
  return dataset
}

function reportOn(
  { images, labels, normalisation }: Split,
  classes: number,
  officialCount?: number,
): SplitReport {
  const perClass = new Int32Array(classes)
  for (const label of labels) perClass[label]++
  return {
    count: labels.length,
    officialCount,
    fewest: Math.min(...perClass),
    most: Math.max(...perClass),
    measured: measure(images, normalisation.scale),
  }
}

/** For an archive; what has been unpacked has no published checksum. */
async function compareChecksum(
  path: string,
  { datasets, layout }: Recognised,
): Promise<Verification['checksum']> {
  const archive = publishedArchives.find(
    (known) => known.dataset === datasets[0] && known.layout === layout?.kind,
  )
  if (archive === undefined || (await isFolder(path))) return undefined
  return { actual: await checksumOf(path, 'MD5'), published: archive.md5 }
}
