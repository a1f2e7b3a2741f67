import { readFile } from 'node:fs/promises'
import { findPackageJSON } from 'node:module'
import { dirname, join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import ndarray from 'ndarray'
import type { Dataset, Split } from './dataset.ts'
import { allocatePixels } from './pixels.ts'

const size = 8
const pixelsPerImage = size * size
const trainingCount = 1437

// Of the training images; one channel.
const normalisation = { scale: 16, mean: [0.3054], std: [0.3755] }

/**
 * The 1,797 handwritten digits that ship with thermograd: 1×8×8, pixels of 0 … 16. The first 1,437 are for training and
 * the last 360 for testing, in the file's order: scikit-learn's usual 80 : 20 split without shuffling. Source: Alpaydin
 * and Kaynak, Optical Recognition of Handwritten Digits, UCI Machine Learning Repository, 1998.
 */
export async function openDigits(): Promise<Dataset> {
  const lines = gunzipSync(await readFile(digitsFile()))
    .toString()
    .trim()
    .split('\n')
  const rows = lines.map((line) => line.split(',').map(Number))
  return {
    name: 'digits',
    classNames: Array.from({ length: 10 }, (_, digit) => `${digit}`),
    train: split('digits training images', rows.slice(0, trainingCount)),
    test: split('digits test images', rows.slice(trainingCount)),
    augmentation: { padding: 1, flip: false },
  }
}

/** The file lies in the package once, whether this module runs as source or from `dist/`. */
function digitsFile(): string {
  const manifest = findPackageJSON(import.meta.url)!
  return join(dirname(manifest), 'datasets/digits/digits.csv.gz')
}

function split(name: string, rows: number[][]): Split {
  const pixels = allocatePixels(rows.length * pixelsPerImage)
  pixels.set(rows.flatMap((row) => row.slice(0, pixelsPerImage)))
  return {
    name,
    images: ndarray(pixels, [rows.length, 1, size, size]),
    labels: Int32Array.from(rows, (row) => row[pixelsPerImage]),
    normalisation,
  }
}
