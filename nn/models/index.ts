import { demand, InvalidInputError } from '../../engine/errors.ts'
import { initialize } from '../initializers.ts'
import { nearestFirst } from './nearest.ts'
import type { Network, NetworkOptions } from './network.ts'
import { ResNet, type ResNetOptions } from './resnet.ts'

export type { Network, NetworkOptions, Predictions } from './network.ts'
export { ResNet, type ResNetOptions } from './resnet.ts'

type Constructor = (options: NetworkOptions) => Network

function resnet(depth: number, widths: ResNetOptions['widths']): Constructor {
  return (options) => new ResNet({ depth, widths, ...options })
}

const narrow = [16, 16, 32, 64] as const
const wide = [32, 64, 128, 256] as const

/** The networks by mdistiller's names. */
const models: Readonly<Record<string, Constructor>> = {
  resnet8: resnet(8, narrow),
  resnet14: resnet(14, narrow),
  resnet20: resnet(20, narrow),
  resnet32: resnet(32, narrow),
  resnet44: resnet(44, narrow),
  resnet56: resnet(56, narrow),
  resnet110: resnet(110, narrow),
  resnet8x4: resnet(8, wide),
  resnet32x4: resnet(32, wide),
}

/** The names that `createModel` knows. */
export const modelNames: readonly string[] = Object.keys(models)

export interface ModelOptions extends NetworkOptions {
  /** Of the initial weights. Default 0. */
  seed?: number
}

/** A network by its name in mdistiller, initialized as there, in training mode. Throws for an unknown name. */
export function createModel(name: string, { seed = 0, ...options }: ModelOptions = {}): Network {
  if (!Object.hasOwn(models, name)) {
    throw new InvalidInputError(
      `model: there is no '${name}'; known are ${nearestFirst(name, modelNames).join(', ')}`,
    )
  }
  for (const [option, value] of Object.entries(options)) {
    const isKnown = option === 'classes' || option === 'channels'
    demand(isKnown, () => `model: there is no option '${option}'; known are classes, channels, seed`)
    demand(
      value === undefined || (Number.isInteger(value) && value >= 1),
      () => `model: expected ${option} to be a whole number of at least 1, got ${value}`,
    )
  }
  return initialize(models[name](options), seed)
}
