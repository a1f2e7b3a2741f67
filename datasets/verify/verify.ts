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

/** The contents of a split. */
export interface SplitReport {
  readonly count: number
  /** Number of images in the published split, if this may be a part of it. */
  readonly officialCount?: number | undefined
  /** Number of images in the smallest class. */
  readonly fewest: number
  /** Number of images in the largest class. */
  readonly most: number
  /** Measured on its pixels. */
  readonly measured: Normalisation
}

/** The report on a data set on the disk. */
export interface Verification {
  readonly path: string
  readonly dataset: string
  /** Layout of its files, in words. */
  readonly layout: string
  readonly classes: number
  /** Whether it has as many images as were published; `undefined` if no numbers are published. */
  readonly isWhole?: boolean | undefined
  /** `undefined` if there are no training images, as in a single file. */
  readonly train?: SplitReport | undefined
  readonly test: SplitReport
  /** The normalisation that `openDataset` gives its images. */
  readonly normalisation: Normalisation
  /** Remarks on its files, in sentences. */
  readonly notes: readonly string[]
  /** Test images that equal a training image. */
  readonly duplicates: readonly Duplicate[]
  /** MD5 of an archive with all images, and the published MD5. */
  readonly checksum?: { readonly actual: string; readonly published: string } | undefined
}

/**
 * Reads a data set from the first to the last byte, and reports what it is and what it holds.
 *
 * @param dataset Its name, if its files do not tell: the IDX files of MNIST and Fashion-MNIST have the same names.
 *
 * Throws for a path that holds no data set, and at the first damage, naming the file and the position in it.
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
      `${path}: holds ${title}, which several data sets share; give its name (--dataset): ${datasets.join(' or ')}`,
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

/** Compares the checksum of an archive; unpacked files have no published checksum. */
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
