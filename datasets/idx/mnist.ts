import { join } from 'node:path'
import ndarray from 'ndarray'
import { check, path as pathRule } from '../../base/arguments.ts'
import { demand } from '../../base/errors.ts'
import type { Augmentation, Dataset, Normalisation, Split } from '../dataset.ts'
import { namesIn } from '../files.ts'
import { allocatePixels } from '../pixels.ts'
import { readIdx } from './idx.ts'

/** The differences between the data sets in MNIST's format. */
interface Version {
  readonly name: string
  readonly classNames: readonly string[]
  /** Measured over all pixels of the 60,000 training images. */
  readonly normalisation: Normalisation
  readonly augmentation: Augmentation
}

const digits: Version = {
  name: 'mnist',
  classNames: Array.from({ length: 10 }, (_, digit) => `${digit}`),
  normalisation: { scale: 255, mean: [0.1307], std: [0.3081] },
  // A mirrored digit is not a digit.
  augmentation: { padding: 2, flip: false },
}

const fashion: Version = {
  name: 'fashion-mnist',
  classNames: [
    't-shirt',
    'trouser',
    'pullover',
    'dress',
    'coat',
    'sandal',
    'shirt',
    'sneaker',
    'bag',
    'ankle boot',
  ],
  normalisation: { scale: 255, mean: [0.286], std: [0.353] },
  augmentation: { padding: 4, flip: true },
}

/**
 * Opens MNIST's handwritten digits, all that the files hold: 1×28×28, 10 classes.
 *
 * @param path The folder of `train-images-idx3-ubyte`, `train-labels-idx1-ubyte`, `t10k-images-idx3-ubyte` and
 *   `t10k-labels-idx1-ubyte`, each gzipped (`.gz`) or not.
 *
 * Throws, saying what was expected and found, if a file is missing, damaged or of another kind.
 */
export function openMnist(path: string): Promise<Dataset> {
  return openIdx(path, digits)
}

/**
 * Opens Fashion-MNIST, pictures of clothes in MNIST's format, as `openMnist` does. Source: Xiao, Rasul and Vollgraf,
 * Fashion-MNIST, arXiv 1708.07747.
 */
export function openFashionMnist(path: string): Promise<Dataset> {
  return openIdx(path, fashion)
}

/** The four files: training images and labels, test images and labels. */
const fileNames = ['train-images.idx3', 'train-labels.idx1', 't10k-images.idx3', 't10k-labels.idx1']

/** Returns the possible names of a file; both spellings are in use. */
function spellings(fileName: string): string[] {
  const names = [fileName.replace('.', '-'), fileName].map((name) => `${name}-ubyte`)
  return names.flatMap((name) => [name, `${name}.gz`])
}

/** Whether a folder with these names holds such a data set, or a part of one. */
export function isIdxFolder(names: readonly string[]): boolean {
  return fileNames.some((fileName) => spellings(fileName).some((name) => names.includes(name)))
}

async function openIdx(path: string, { name, classNames, ...version }: Version): Promise<Dataset> {
  check(name, 'path', path, pathRule)
  const names = await namesIn(path)
  const files = fileNames.map((fileName) => spellings(fileName).find((spelling) => names.includes(spelling)))
  const missing = fileNames.filter((_, i) => files[i] === undefined).map((fileName) => spellings(fileName)[1])
  demand(missing.length === 0, () => {
    const expected = fileNames.map((fileName) => spellings(fileName)[1]).join(', ')
    const there = names.slice(0, 10).join(', ') || 'no files'
    return `${path}: expected ${name} in IDX files (${expected}, gzipped or not), but found no ${missing.join(', ')}; found ${there}`
  })
  const [trainImages, trainLabels, testImages, testLabels] = files.map((file) => join(path, file!))
  const { normalisation, augmentation } = version
  const split = async (kind: string, images: string, labels: string): Promise<Split> => ({
    name: `${name} ${kind} images`,
    ...(await readSplit(images, labels, classNames.length)),
    normalisation,
  })
  const train = await split('training', trainImages, trainLabels)
  const test = await split('test', testImages, testLabels)
  const [trainSize, testSize] = [train, test].map(({ images }) => images.shape.slice(2).join('×'))
  demand(
    trainSize === testSize,
    () => `${testImages}: expected images of ${trainSize}, as in ${trainImages}, got ${testSize}`,
  )
  return {
    name,
    classNames,
    train,
    test,
    augmentation,
    officialCounts: { train: 60_000, test: 10_000 },
  }
}

async function readSplit(
  imagesPath: string,
  labelsPath: string,
  classes: number,
): Promise<Pick<Split, 'images' | 'labels'>> {
  const { shape, bytes } = await readIdx(imagesPath, 3)
  const [count, height, width] = shape
  const labels = await readIdx(labelsPath, 1)
  demand(
    count > 0 && height > 0 && width > 0,
    () => `${imagesPath}: expected images, got ${shape.join(' × ')}`,
  )
  demand(
    labels.bytes.length === count,
    () =>
      `${labelsPath}: expected a label for each of the ${count} images of ${imagesPath}, got ${labels.bytes.length}`,
  )
  const wrong = labels.bytes.findIndex((label) => label >= classes)
  demand(
    wrong < 0,
    () =>
      `${labelsPath}: expected labels from 0 to ${classes - 1}, got ${labels.bytes[wrong]} in record ${wrong} ` +
      `(byte ${labels.headerLength + wrong})`,
  )
  const pixels = allocatePixels(bytes.length)
  pixels.set(bytes)
  return { images: ndarray(pixels, [count, 1, height, width]), labels: Int32Array.from(labels.bytes) }
}
