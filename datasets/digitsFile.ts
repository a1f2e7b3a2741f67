import module from 'node:module'
import { dirname, join } from 'node:path'
import { readBytes } from '../base/files/regularFile.ts'
import type { Dataset } from './dataset.ts'
import { decodeDigits } from './digits.ts'

/**
 * Opens the 1,797 handwritten digits that ship with thermograd: 1×8×8, pixels of 0 … 16. The first 1,437 are for
 * training and the last 360 for testing, in the file's order: scikit-learn's usual 80 : 20 split without shuffling.
 * Source: Alpaydin and Kaynak, Optical Recognition of Handwritten Digits, UCI Machine Learning Repository, 1998.
 */
export async function openDigits(): Promise<Dataset> {
  return decodeDigits(await readBytes(digitsFile()))
}

/** The package has one copy of the file, whether this module runs as source or from `dist/`. */
function digitsFile(): string {
  const manifest = module.findPackageJSON(import.meta.url)!
  return join(dirname(manifest), 'datasets/digits/digits.csv.gz')
}
