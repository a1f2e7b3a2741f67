import { arrayOf, check, notNegative, positive } from '../base/arguments.ts'

/** The learning rate of an epoch, counted from 1. */
export type Schedule = (epoch: number) => number

/**
 * lr · gammaⁿ, n being the milestones that lie before the epoch: with milestone 150 the lower rate begins in epoch
 * 151. The rule of mdistiller's recipes; PyTorch: `MultiStepLR`, which counts from 0. Default gamma 0.1.
 */
export function multiStep(lr: number, milestones: readonly number[], gamma = 0.1): Schedule {
  check('multiStep', 'lr', lr, notNegative)
  check('multiStep', 'milestones', milestones, arrayOf(notNegative))
  check('multiStep', 'gamma', gamma, notNegative)
  return (epoch) => lr * gamma ** milestones.filter((milestone) => epoch > milestone).length
}

/**
 * Half a cosine from lr in the first epoch down towards `least` after the last one: least + (lr − least)
 * (1 + cos(π (epoch − 1) / epochs)) / 2. PyTorch: `CosineAnnealingLR`, which counts from 0. Default least 0.
 */
export function cosine(lr: number, epochs: number, least = 0): Schedule {
  check('cosine', 'lr', lr, notNegative)
  check('cosine', 'epochs', epochs, positive)
  check('cosine', 'least', least, notNegative)
  return (epoch) => least + ((lr - least) * (1 + Math.cos((Math.PI * (epoch - 1)) / epochs))) / 2
}
