// The exports of `thermograd/datasets` in pages: everything that needs no files.
export type { Augmentation, Dataset, Normalisation, Split } from './dataset.ts'
export {
  type DatasetDefinition,
  defineDataset,
  type UsualTraining,
  type WrittenDataset,
} from './defineDataset.ts'
export { decodeDigits } from './digits.ts'
export { holdBack } from './holdBack.ts'
export { type Batch, Loader, type LoaderOptions, limitIndices } from './loader.ts'
export { type SyntheticOptions, syntheticDataset } from './synthetic.ts'
export {
  countPlacements,
  normalisationTables,
  numberOfPlacement,
  type Placement,
  placeImage,
  randomPlacement,
  unmoved,
} from './transforms.ts'
