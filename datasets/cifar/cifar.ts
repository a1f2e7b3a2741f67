import ndarray from 'ndarray'
import { check, path as pathRule } from '../../base/arguments.ts'
import type { Dataset, Normalisation, Split } from '../dataset.ts'
import { fileAt } from '../files.ts'
import { readBinaryRecords } from './binary.ts'
import { cifar10, cifar100 } from './layouts.ts'
import { type Contents, readPublication } from './readPublication.ts'
import { imageShape, type Records } from './records.ts'

const cifar10Names = 'airplane automobile bird cat deer dog frog horse ship truck'.split(' ')

// CIFAR-100's as in mdistiller; CIFAR-10's measured over all pixels of its training images.
const cifar100Normalisation = { scale: 255, mean: [0.5071, 0.4867, 0.4408], std: [0.2675, 0.2565, 0.2761] }
const cifar10Normalisation = { scale: 255, mean: [0.4914, 0.4822, 0.4465], std: [0.247, 0.2435, 0.2616] }
const common = {
  augmentation: { padding: 4, flip: true },
  officialCounts: { train: 50_000, test: 10_000 },
}

/** Images of CIFAR-100; `labels` are the fine ones. */
export interface Cifar100Split extends Split {
  /** The superclass of each image, in 0 … 19. */
  coarseLabels: Int32Array
}

/** CIFAR-100: 100 fine classes in 20 coarse ones. */
export interface Cifar100 extends Dataset<Cifar100Split> {
  coarseClassNames: readonly string[]
}

/**
 * Opens CIFAR-100 in its official binary or Python layout: 3×32×32, 100 classes, all images that the files hold.
 *
 * @param path `cifar-100-binary.tar.gz` or `cifar-100-python.tar.gz`, or the folder unpacked from it, or its parent.
 *
 * Throws, saying what was expected and found, if the path or a file is missing, truncated or of another kind.
 */
export async function openCifar100(path: string): Promise<Cifar100> {
  check('openCifar100', 'path', path, pathRule)
  const { train, test, classNames } = await readPublication(path, cifar100)
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
    ...common,
  }
}

/** Opens CIFAR-100 by its 20 superclasses: as `openCifar100`, but `labels` are the coarse ones. */
export async function openCifar100Coarse(path: string): Promise<Dataset> {
  check('openCifar100Coarse', 'path', path, pathRule)
  const { train, test, coarseClassNames } = await openCifar100(path)
  const split = (kind: string, { images, coarseLabels, normalisation }: Cifar100Split): Split => ({
    name: `cifar100-coarse ${kind} images`,
    images,
    labels: coarseLabels,
    normalisation,
  })
  return {
    name: 'cifar100-coarse',
    classNames: coarseClassNames,
    train: split('training', train),
    test: split('test', test),
    ...common,
  }
}

/**
 * Opens CIFAR-10 in its official binary or Python layout: 3×32×32, 10 classes, all images that the files hold.
 *
 * @param path `cifar-10-binary.tar.gz` or `cifar-10-python.tar.gz`, or the folder unpacked from it, or its parent; or
 *   a single `.bin` file, whose images become the test images of a data set without training images.
 *
 * Throws as `openCifar100` does.
 */
export async function openCifar10(path: string): Promise<Dataset> {
  check('openCifar10', 'path', path, pathRule)
  const { train, test, classNames } = path.endsWith('.bin')
    ? await readTestFile(path)
    : await readPublication(path, cifar10)
  const split = (kind: string, { pixels, labels: [labels] }: Records) =>
    cifarSplit(`cifar10 ${kind} images`, pixels, labels, cifar10Normalisation)
  return {
    name: 'cifar10',
    classNames: classNames[0],
    train: split('training', train),
    test: split('test', test),
    ...common,
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

async function readTestFile(path: string): Promise<Contents> {
  const test = await readBinaryRecords(await fileAt(path), cifar10.fields)
  return {
    train: { pixels: new Uint8Array(0), labels: [new Int32Array(0)] },
    test,
    classNames: [cifar10Names],
  }
}
