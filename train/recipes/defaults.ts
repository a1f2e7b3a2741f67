import { demand } from '../../base/errors.ts'
import { type DatasetName, datasetNames } from '../../datasets/index.ts'

/** Default settings for distillation on a data set. */
export interface Defaults {
  readonly teacher: string
  readonly student: string
  /** Epochs of a network that sees all training images. */
  readonly epochs: number
  readonly studentEpochs: number
  readonly batchSize: number
  readonly lr: number
  /** Number of training images for students; the teacher sees all. Default: all. */
  readonly studentImages?: number
}

/**
 * The published settings are batches of 64 at a learning rate of 0.05. A quarter of the batch size at a quarter of the rate
 * (the linear scaling rule, arXiv 1706.02677) gives a small data set enough steps.
 */
const smallSet = { batchSize: 16, lr: 0.0125 }

/**
 * Digits: a student that sees 100 of the 1,437 training images, about ten per class, is short of labels, and can learn from a
 * teacher that saw all. Its number of epochs gives it about as many steps as the teacher. All methods share these settings;
 * only the weights in their losses differ, and those are as published.
 */
const defaults: Record<DatasetName, Defaults> = {
  digits: {
    teacher: 'resnet20',
    student: 'resnet8',
    epochs: 15,
    studentEpochs: 200,
    studentImages: 100,
    ...smallSet,
  },
  synthetic: { teacher: 'resnet14', student: 'resnet8', epochs: 10, studentEpochs: 10, ...smallSet },
  cifar10: published(240),
  cifar100: published(240),
  'cifar100-coarse': published(240),
  mnist: published(30),
  'fashion-mnist': published(60),
  folder: published(240),
}

/** The published settings for CIFAR-100, scaled to this many epochs: grey images of clothes and digits need fewer. */
function published(epochs: number): Defaults {
  return {
    teacher: 'resnet56',
    student: 'resnet20',
    epochs,
    studentEpochs: epochs,
    batchSize: 64,
    lr: 0.05,
  }
}

/** Returns the defaults of a data set. Throws for an unknown name. */
export function defaultsFor({ name }: { name: string }): Defaults {
  demand(
    Object.hasOwn(defaults, name),
    () => `dataset: expected one of ${datasetNames.join(', ')}, got ${name}`,
  )
  return defaults[name as DatasetName]
}
