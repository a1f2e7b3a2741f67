import { Registry } from '../base/registry.ts'
import { openCifar10, openCifar100, openCifar100Coarse } from './cifar/cifar.ts'
import { type DatasetDefinition, defineDataset, type UsualTraining } from './defineDataset.ts'
import { openDigits } from './digitsFile.ts'
import { openImageFolder } from './folder/imageFolder.ts'
import { openFashionMnist, openMnist } from './idx/mnist.ts'
import { syntheticDataset } from './synthetic.ts'

const cifar = (digits: number, dataset: string) => ({
  what: `cifar-${digits}-binary.tar.gz or cifar-${digits}-python.tar.gz, or the folder unpacked from it`,
  source: `fetch it: thermograd data fetch ${dataset}`,
})

const idx = 'the folder with train-images-idx3-ubyte.gz and the other three files, gzipped or not'

/** The published settings for CIFAR-100, scaled to this many epochs: grey images of clothes and digits need fewer. */
export function publishedTraining(epochs: number): UsualTraining {
  return { teacher: 'resnet56', student: 'resnet20', epochs, studentEpochs: epochs, batchSize: 64, lr: 0.05 }
}

/**
 * The published settings are batches of 64 at a learning rate of 0.05. A quarter of the batch size at a quarter of the rate
 * (the linear scaling rule, arXiv 1706.02677) gives a small data set enough steps.
 */
const smallSet = { batchSize: 16, lr: 0.0125 }

export const builtInDatasets = [
  defineDataset({
    name: 'digits',
    description: '1,797 handwritten digits, 1×8×8, 10 classes',
    reason: 'its images ship with thermograd',
    // A student that sees 100 of the 1,437 training images, about ten per class, is short of labels, and can learn from a
    // teacher that saw all. Its number of epochs gives it about as many steps as the teacher. All methods share these
    // settings; only the weights in their losses differ, and those are as published.
    training: {
      teacher: 'resnet20',
      student: 'resnet8',
      epochs: 15,
      studentEpochs: 200,
      studentImages: 100,
      ...smallSet,
    },
    open: openDigits,
  }),
  defineDataset({
    name: 'cifar100',
    description: '60,000 photographs, 3×32×32, 100 classes',
    data: cifar(100, 'cifar100'),
    open: openCifar100,
  }),
  defineDataset({
    name: 'cifar100-coarse',
    description: 'the images of CIFAR-100 with its 20 superclasses',
    data: cifar(100, 'cifar100'),
    open: openCifar100Coarse,
  }),
  defineDataset({
    name: 'cifar10',
    description: '60,000 photographs, 3×32×32, 10 classes',
    data: cifar(10, 'cifar10'),
    open: openCifar10,
  }),
  defineDataset({
    name: 'fashion-mnist',
    description: '70,000 images of clothing, 1×28×28, 10 classes',
    data: {
      what: idx,
      source: 'the Debian package dataset-fashion-mnist installs them in /usr/share/datasets/fashion-mnist',
    },
    training: publishedTraining(60),
    open: openFashionMnist,
  }),
  defineDataset({
    name: 'mnist',
    description: '70,000 handwritten digits, 1×28×28, 10 classes',
    data: { what: idx, source: 'download them from https://ossci-datasets.s3.amazonaws.com/mnist' },
    training: publishedTraining(30),
    open: openMnist,
  }),
  defineDataset({
    name: 'folder',
    description: 'PNG and JPEG images of one size',
    data: {
      what: 'the folder with train/CLASS/*.png or .jpg, and test/CLASS/… or val/CLASS/…',
      source: 'put your own images there',
    },
    open: openImageFolder,
  }),
  defineDataset({
    name: 'synthetic',
    description: 'patterns under noise, 3×32×32, 10 classes',
    training: { teacher: 'resnet14', student: 'resnet8', epochs: 10, studentEpochs: 10, ...smallSet },
    open: ({ synthetic }) => syntheticDataset(synthetic),
  }),
] as const

/** Thermograd's data sets by name. */
export const datasets = new Registry<DatasetDefinition>('dataset', builtInDatasets)
