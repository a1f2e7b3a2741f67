import { arrayOf, check, notNegative, positive } from '../base/arguments.ts'

/** Returns the learning rate of an epoch, counted from 1. */
export type Schedule = (epoch: number) => number

/**
 * Returns lr · gammaⁿ, where n is the number of milestones before the epoch: with milestone 150, the lower rate begins in
 * epoch 151. The schedule of mdistiller; PyTorch: `MultiStepLR`, which counts from 0. Default gamma 0.1.
 */
export function multiStep(lr: number, milestones: readonly number[], gamma = 0.1): Schedule {
  check('multiStep', 'lr', lr, notNegative)
  check('multiStep', 'milestones', milestones, arrayOf(notNegative))
  check('multiStep', 'gamma', gamma, notNegative)
  return (epoch) => lr * gamma ** milestones.filter((milestone) => epoch > milestone).length
}

/**
 * Decays along half a cosine from lr in the first epoch to `least` after the last: least + (lr − least)
 * (1 + cos(π (epoch − 1) / epochs)) / 2. PyTorch: `CosineAnnealingLR`, which counts from 0. Default least 0.
 */
export function cosine(lr: number, epochs: number, least = 0): Schedule {
  check('cosine', 'lr', lr, notNegative)
  check('cosine', 'epochs', epochs, positive)
  check('cosine', 'least', least, notNegative)
  return (epoch) => least + ((lr - least) * (1 + Math.cos((Math.PI * (epoch - 1)) / epochs))) / 2
}
