import type { ArchiveLayout } from '../fetch/published.ts'
import type { DataFile } from '../files.ts'
import { readBinaryRecords, readLines } from './binary.ts'
import { readPickledNames, readPickledRecords } from './python.ts'
import type { LabelField, Records } from './records.ts'

/** The file names of a published archive, and the functions that read them. */
export interface Layout {
  readonly kind: ArchiveLayout
  /** Its name in messages. */
  readonly title: string
  /** The folder in the archive. */
  readonly folder: string
  readonly trainFiles: readonly string[]
  readonly testFiles: readonly string[]
  /** The files that name the classes. */
  readonly namesFiles: readonly string[]
  readRecords(file: DataFile, fields: readonly LabelField[]): Promise<Records>
  readNames(file: DataFile, fields: readonly LabelField[]): Promise<Map<LabelField, string[]>>
}

/** A published data set of Krizhevsky, "Learning multiple layers of features from tiny images", 2009. */
export interface Publication {
  readonly name: 'cifar100' | 'cifar10'
  /** The labels of an image, in the order of the binary layout. */
  readonly fields: readonly LabelField[]
  readonly layouts: readonly Layout[]
}

const binary = {
  kind: 'binary',
  title: 'the official binary layout',
  readRecords: readBinaryRecords,
  readNames: readLines,
} as const

const python = {
  kind: 'python',
  title: 'the official Python layout',
  readRecords: readPickledRecords,
  readNames: readPickledNames,
} as const

export const cifar100: Publication = {
  name: 'cifar100',
  fields: [
    {
      name: 'coarse label',
      classes: 20,
      namesFile: 'coarse_label_names.txt',
      labelsKey: 'coarse_labels',
      namesKey: 'coarse_label_names',
    },
    {
      name: 'fine label',
      classes: 100,
      namesFile: 'fine_label_names.txt',
      labelsKey: 'fine_labels',
      namesKey: 'fine_label_names',
    },
  ],
  layouts: [
    {
      ...binary,
      folder: 'cifar-100-binary',
      trainFiles: ['train.bin'],
      testFiles: ['test.bin'],
      namesFiles: ['coarse_label_names.txt', 'fine_label_names.txt'],
    },
    {
      ...python,
      folder: 'cifar-100-python',
      trainFiles: ['train'],
      testFiles: ['test'],
      namesFiles: ['meta'],
    },
  ],
}

const parts = [1, 2, 3, 4, 5]

export const cifar10: Publication = {
  name: 'cifar10',
  fields: [
    {
      name: 'label',
      classes: 10,
      namesFile: 'batches.meta.txt',
      labelsKey: 'labels',
      namesKey: 'label_names',
    },
  ],
  layouts: [
    {
      ...binary,
      folder: 'cifar-10-batches-bin',
      trainFiles: parts.map((part) => `data_batch_${part}.bin`),
      testFiles: ['test_batch.bin'],
      namesFiles: ['batches.meta.txt'],
    },
    {
      ...python,
      folder: 'cifar-10-batches-py',
      trainFiles: parts.map((part) => `data_batch_${part}`),
      testFiles: ['test_batch'],
      namesFiles: ['batches.meta'],
    },
  ],
}

/** Returns the files that a layout must have. */
export function filesOf({ trainFiles, testFiles, namesFiles }: Layout): string[] {
  return [...trainFiles, ...testFiles, ...namesFiles]
}
