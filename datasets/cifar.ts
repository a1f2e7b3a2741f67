import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import ndarray from 'ndarray'
import { demand } from '../engine/errors.ts'
import { concatenateRecords, imageShape, type LabelField, type Records, readRecords } from './cifarRecords.ts'
import type { Dataset, Normalisation, Split } from './dataset.ts'
import { type DataFile, fileAt, filesAt, isFolder } from './files.ts'

/** An official binary layout of Krizhevsky, "Learning multiple layers of features from tiny images", 2009. */
interface Layout {
  /** What the data set is called. */
  name: string
  /** The folder in the archive. */
  folder: string
  trainFiles: readonly string[]
  testFiles: readonly string[]
  /** The label bytes of a record, in their order, each with the file that names its classes, a line a class. */
  fields: readonly (LabelField & { namesFile: string })[]
}

const cifar100 = {
  name: 'cifar100',
  folder: 'cifar-100-binary',
  trainFiles: ['train.bin'],
  testFiles: ['test.bin'],
  fields: [
    { name: 'coarse label', classes: 20, namesFile: 'coarse_label_names.txt' },
    { name: 'fine label', classes: 100, namesFile: 'fine_label_names.txt' },
  ],
} satisfies Layout

const cifar10 = {
  name: 'cifar10',
  folder: 'cifar-10-batches-bin',
  trainFiles: [1, 2, 3, 4, 5].map((part) => `data_batch_${part}.bin`),
  testFiles: ['test_batch.bin'],
  fields: [{ name: 'label', classes: 10, namesFile: 'batches.meta.txt' }],
} satisfies Layout

const cifar10Names = 'airplane automobile bird cat deer dog frog horse ship truck'.split(' ')

// CIFAR-100's as in mdistiller's recipe; CIFAR-10's over all pixels of its training images.
const cifar100Normalisation = { scale: 255, mean: [0.5071, 0.4867, 0.4408], std: [0.2675, 0.2565, 0.2761] }
const cifar10Normalisation = { scale: 255, mean: [0.4914, 0.4822, 0.4465], std: [0.247, 0.2435, 0.2616] }
const augmentation = { padding: 4, flip: true }
const officialCounts = { train: 50_000, test: 10_000 }

/** Images of CIFAR-100: `labels` are the fine ones. */
export interface Cifar100Split extends Split {
  /** The superclass of each image, in 0 … 19. */
  coarseLabels: Int32Array
}

/** CIFAR-100: 100 fine classes in 20 coarse ones. */
export interface Cifar100 extends Dataset<Cifar100Split> {
  coarseClassNames: readonly string[]
}

/**
 * CIFAR-100 in its official binary layout: 3×32×32, 100 classes, as many images as the files hold.
 *
 * @param path `cifar-100-binary.tar.gz`, or the folder unpacked from it, or the folder around that one.
 *
 * Throws, and says what was expected and what was found, for a path or a file that is missing, truncated or foreign.
 */
export async function openCifar100(path: string): Promise<Cifar100> {
  const { train, test, classNames } = await readLayout(path, cifar100)
  const [coarseClassNames, fineClassNames] = classNames
  const split = (kind: string, { pixels, labels: [coarseLabels, labels] }: Records): Cifar100Split => ({
    ...cifarSplit(`cifar100 ${kind} images`, pixels, labels, cifar100Normalisation),
    coarseLabels,
  })
  return {
    name: 'cifar100',
    classNames: fineClassNames,
    coarseClassNames,
    train: split('training', train),
    test: split('test', test),
    augmentation,
    officialCounts,
  }
}

/**
 * CIFAR-10 in its official binary layout: 3×32×32, 10 classes, as many images as the files hold.
 *
 * @param path `cifar-10-binary.tar.gz`, or the folder unpacked from it, or the folder around that one; or a single
 *   `.bin` file, whose images become the test images of a data set without training images.
 *
 * Throws as `openCifar100`.
 */
export async function openCifar10(path: string): Promise<Dataset> {
  const { train, test, classNames } = path.endsWith('.bin')
    ? await readTestFile(path)
    : await readLayout(path, cifar10)
  const split = (kind: string, { pixels, labels: [labels] }: Records) =>
    cifarSplit(`cifar10 ${kind} images`, pixels, labels, cifar10Normalisation)
  return {
    name: 'cifar10',
    classNames: classNames[0],
    train: split('training', train),
    test: split('test', test),
    augmentation,
    officialCounts,
  }
}

function cifarSplit(
  name: string,
  pixels: Uint8Array,
  labels: Int32Array,
  normalisation: Normalisation,
): Split {
  return { name, images: ndarray(pixels, [labels.length, ...imageShape]), labels, normalisation }
}

/** What the files of a layout hold. */
interface Contents {
  train: Records
  test: Records
  /** For each label field, the names of its classes. */
  classNames: string[][]
}

async function readTestFile(path: string): Promise<Contents> {
  const test = await readRecords(await fileAt(path), cifar10.fields)
  return {
    train: { pixels: new Uint8Array(0), labels: [new Int32Array(0)] },
    test,
    classNames: [cifar10Names],
  }
}

/** Reads each file of the layout as it comes by, then puts them together in the layout's order. */
async function readLayout(path: string, layout: Layout): Promise<Contents> {
  const { trainFiles, testFiles, fields } = layout
  const records = new Map<string, Records>()
  const classNames = new Map<string, string[]>()
  const seen: string[] = []

  const inner = join(path, layout.folder)
  for await (const file of filesAt((await isFolder(inner)) ? inner : path)) {
    seen.push(file.name)
    const named = fields.find((field) => field.namesFile === file.name)
    if (named) classNames.set(file.name, await readClassNames(file, named))
    else if ([...trainFiles, ...testFiles].includes(file.name)) {
      records.set(file.name, await readRecords(file, fields))
    }
  }

  const required = [...trainFiles, ...testFiles, ...fields.map((field) => field.namesFile)]
  const missing = required.filter((name) => !seen.includes(name))
  demand(
    missing.length === 0,
    () =>
      `${path}: expected ${layout.name} in the official binary layout (${required.join(', ')}), but found no ` +
      `${missing.join(', ')}; found ${seen.slice(0, 10).join(', ') || 'no files'}`,
  )
  const together = (names: readonly string[]) => concatenateRecords(names.map((name) => records.get(name)!))
  return {
    train: together(trainFiles),
    test: together(testFiles),
    classNames: fields.map((field) => classNames.get(field.namesFile)!),
  }
}

async function readClassNames(file: DataFile, field: LabelField): Promise<string[]> {
  const lines = (await text(file.chunks)).split('\n')
  const names = lines.map((line) => line.trim()).filter((line) => line !== '')
  demand(
    names.length === field.classes,
    () =>
      `${file.location}: expected the names of ${field.classes} classes, a line each, got ${names.length} lines`,
  )
  return names
}
