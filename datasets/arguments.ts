import type { NdArray } from 'ndarray'
import {
  anInstance,
  anObject,
  arrayOf,
  checkExactly,
  checkFields,
  finite,
  optional,
  path,
  positive,
  type Rule,
  type Rules,
  text,
  truth,
  whole,
} from '../base/arguments.ts'
import { checkView, viewOf } from '../base/stridedView.ts'
import type { Augmentation, Dataset, Normalisation, Split } from './dataset.ts'

/** An `ndarray` whose data is an instance of this class. */
function ndarrayOf(expected: string, data: Parameters<typeof anInstance>[1]): Rule {
  return viewOf(expected, anInstance(expected, data))
}

const pixelsRule = ndarrayOf('an ndarray over a Uint8Array', Uint8Array)
const canvasRule = ndarrayOf('an ndarray over a Float32Array', Float32Array)

/** Throws unless this is an `ndarray` of bytes within its data. */
export function checkPixels(operation: string, name: string, given: NdArray<Uint8Array>): void {
  checkView(operation, name, given, pixelsRule)
}

/** Throws unless this is an `ndarray` of float32 within its data. */
export function checkCanvas(operation: string, name: string, given: NdArray<Float32Array>): void {
  checkView(operation, name, given, canvasRule)
}

export const indicesRule = anInstance('an Int32Array', Int32Array)

/** An epoch or the index of an image, counted from 0. */
export const indexRule = whole(0)

const normalisationRules: Rules<Normalisation> = {
  scale: positive,
  mean: arrayOf(finite),
  std: arrayOf(positive),
}

export function checkNormalisation(operation: string, given: Normalisation): void {
  checkExactly(operation, 'normalisation', given, normalisationRules)
}

const augmentationRules: Rules<Augmentation> = { padding: whole(0, 2 ** 15), flip: truth }

export function checkAugmentation(operation: string, given: Augmentation): void {
  checkExactly(operation, 'augmentation', given, augmentationRules)
}

const splitRules: Rules<Split> = {
  name: text,
  images: pixelsRule,
  labels: indicesRule,
  normalisation: anObject,
}

export function checkSplit(operation: string, given: Split, name = 'split'): void {
  checkFields(operation, name, given, splitRules)
  checkPixels(operation, `${name}.images`, given.images)
  checkNormalisation(operation, given.normalisation)
}

const datasetRules: Partial<Rules<Dataset>> = {
  name: text,
  data: optional(path),
  classNames: arrayOf(text),
}

export function checkDataset(operation: string, given: Dataset): void {
  checkFields(operation, 'dataset', given, datasetRules)
  const { train, test, augmentation } = given
  checkSplit(operation, train, 'dataset.train')
  checkSplit(operation, test, 'dataset.test')
  checkAugmentation(operation, augmentation)
}

/** A limit of the number of images; Infinity means all. */
export const limitRule: Rule = {
  expected: 'an integer ≥ 0, or Infinity',
  allows: (value) => value === Number.POSITIVE_INFINITY || indexRule.allows(value),
}
