import '../base/requireNode.ts'

export * from './browser.ts'
export {
  type Cifar100,
  type Cifar100Split,
  openCifar10,
  openCifar100,
  openCifar100Coarse,
} from './cifar/cifar.ts'
export { openDigits } from './digitsFile.ts'
export { type FetchDatasetOptions, type FetchedDataset, fetchDataset } from './fetch/fetchDataset.ts'
export { type ArchiveLayout, type PublishedArchive, publishedArchives } from './fetch/published.ts'
export { openImageFolder } from './folder/imageFolder.ts'
export { openFashionMnist, openMnist } from './idx/mnist.ts'
export {
  type DatasetInfo,
  type DatasetName,
  datasetInfos,
  datasetNames,
  type OpenOptions,
  openDataset,
} from './open.ts'
export type { Duplicate } from './verify/duplicates.ts'
export { type SplitReport, type Verification, verifyDataset } from './verify/verify.ts'
