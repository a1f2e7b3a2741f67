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
  /** Δ of the distillation-oriented trainer, see `DOT`; 0, the default, for plain SGD. */
  readonly dot: number
}

/** What DTKD's configurations for CIFAR-100 share, but for `lr`, which is 0.01 for networks of depthwise convolutions. */
const published: Recipe = {
  epochs: 240,
  batchSize: 64,
  lr: 0.05,
  momentum: 0.9,
  weightDecay: 5e-4,
  milestones: [150, 180, 210],
  dot: 0,
}

/**
 * The published recipe, with another number of epochs, batch size or learning rate. A shorter or longer training keeps
 * its proportions: the milestones move with the number of epochs.
 */
export function resolveRecipe(
  given: Partial<Pick<Recipe, 'epochs' | 'batchSize' | 'lr' | 'dot'>> = {},
): Recipe {
  const { epochs, batchSize, lr, dot, ...others } = { ...published, ...given }
  for (const [name, value] of Object.entries({ epochs, batchSize })) {
    demand(
      Number.isInteger(value) && value >= 1,
      () => `recipe: ${name}: expected an integer of 1 or more, got ${value}`,
    )
  }
  demand(Number.isFinite(lr) && lr >= 0, () => `recipe: lr: expected a number of 0 or more, got ${lr}`)
  demand(
    dot >= 0 && dot <= others.momentum,
    () => `recipe: dot: expected a number from 0 to ${others.momentum}, the momentum, got ${dot}`,
  )
  const milestones = published.milestones.map((epoch) => Math.round(scaled(epoch, epochs)))
  return { ...others, epochs, batchSize, lr, dot, milestones }
}

/** The learning rate of each epoch, counted from 1. */
export function scheduleOf({ lr, milestones }: Recipe): Schedule {
  return multiStep(lr, milestones)
}

/** Options that are numbers of epochs. */
const inEpochs = ['warmUp', 'rampEpochs', 'hintEpochs']

/**
 * A method with its published options but for those given; what it does in the first epochs, such as a warm-up, keeps its
 * share of the epochs, as the milestones do.
 */
export function distillerFor(method: string, { epochs }: Recipe, given: object = {}): Distiller {
  const published = Object.entries(distiller(method).options)
  const stretched = published.flatMap(([name, value]) =>
    inEpochs.includes(name) && typeof value === 'number' ? [[name, scaled(value, epochs)]] : [],
  )
  return distiller(method, { ...Object.fromEntries(stretched), ...given })
}

function scaled(epoch: number, epochs: number): number {
  return (epoch * epochs) / published.epochs
}
