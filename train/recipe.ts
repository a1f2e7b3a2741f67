import { demand } from '../engine/errors.ts'
import { type Distiller, distiller } from '../kd/index.ts'
import { multiStep, type Schedule } from '../nn/index.ts'

/** How a network is trained, whatever its loss: stochastic gradient descent with a learning rate that falls in steps. */
export interface Recipe {
  readonly epochs: number
  /** Images a step. */
  readonly batchSize: number
  /** Of the first epoch. */
  readonly lr: number
  readonly momentum: number
  readonly weightDecay: number
  /** After each of these epochs the learning rate is divided by ten. */
  readonly milestones: readonly number[]
}

/** What DTKD's configurations for CIFAR-100 share, but for `lr`, which is 0.01 for networks of depthwise convolutions. */
const published: Recipe = {
  epochs: 240,
  batchSize: 64,
  lr: 0.05,
  momentum: 0.9,
  weightDecay: 5e-4,
  milestones: [150, 180, 210],
}

/**
 * The published recipe, with another number of epochs, batch size or learning rate. A shorter or longer training keeps
 * its proportions: the milestones move with the number of epochs.
 */
export function resolveRecipe(given: Partial<Pick<Recipe, 'epochs' | 'batchSize' | 'lr'>> = {}): Recipe {
  const { epochs, batchSize, lr, ...others } = { ...published, ...given }
  for (const [name, value] of Object.entries({ epochs, batchSize })) {
    demand(
      Number.isInteger(value) && value >= 1,
      () => `recipe: ${name}: expected an integer of 1 or more, got ${value}`,
    )
  }
  demand(Number.isFinite(lr) && lr >= 0, () => `recipe: lr: expected a number of 0 or more, got ${lr}`)
  const milestones = published.milestones.map((epoch) => Math.round(scaled(epoch, epochs)))
  return { ...others, epochs, batchSize, lr, milestones }
}

/** The learning rate of each epoch, counted from 1. */
export function scheduleOf({ lr, milestones }: Recipe): Schedule {
  return multiStep(lr, milestones)
}

/** A method with its published options; a warm-up keeps its share of the epochs, as the milestones do. */
export function distillerFor(method: string, { epochs }: Recipe): Distiller {
  const { warmUp } = distiller(method).options
  return distiller(method, typeof warmUp === 'number' ? { warmUp: scaled(warmUp, epochs) } : {})
}

function scaled(epoch: number, epochs: number): number {
  return (epoch * epochs) / published.epochs
}
