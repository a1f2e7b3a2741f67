import { seed as anySeed, check, checkOptions, type Rules } from '../../base/arguments.ts'
import { tensorsByName } from '../arguments.ts'
import { initialize } from '../initializers.ts'
import type { StateDict } from '../stateDict.ts'
import type { NetworkDefinition } from './defineNetwork.ts'
import { type Network, type NetworkOptions, networkOptions, networkRule } from './network.ts'
import { networks } from './networks.ts'
import { belongTo } from './recognize.ts'

export { defineNetwork, type NetworkDefinition } from './defineNetwork.ts'
export { LargeResNet, type LargeResNetOptions } from './largeResNet.ts'
export { MobileNetV2, type MobileNetV2Options } from './mobileNetV2.ts'
export { Network, type NetworkOptions, type Predictions } from './network.ts'
export { ResNet, ResNetA, type ResNetOptions } from './resnet.ts'
export { ShuffleNetV1 } from './shuffleNetV1.ts'
export { ShuffleNetV2 } from './shuffleNetV2.ts'
export { type NetworkSummary, predictionsOf, summaryOf } from './summary.ts'
export { VGG, type VGGOptions } from './vgg.ts'
export { WideResNet, type WideResNetOptions } from './wideResNet.ts'

/** The names that `createModel` knows. */
export const modelNames: readonly string[] = networks.names

/** Returns the entry of `modelNames` for a name of ours or of mdistiller's; `undefined` if there is none. */
export function modelNamed(name: string): string | undefined {
  return networks.find(name)?.name
}

export interface ModelOptions extends NetworkOptions {
  /** Seed of the initial weights. Default 0. */
  seed?: number | undefined
}

const modelOptions: Rules<ModelOptions> = { ...networkOptions, seed: anySeed }

/**
 * Returns the network of this name or definition, initialized as in mdistiller, in training mode. Throws for an unknown name.
 */
export function createModel(model: string | NetworkDefinition, given: ModelOptions = {}): Network {
  checkOptions('createModel', given, modelOptions)
  const { seed = 0, ...options } = given
  const { name, build } = networks.definitionOf(model)
  const network = build(options)
  check(name, 'the result of build', network, networkRule)
  return initialize(network, seed)
}

/**
 * Returns the name of the network that weights belong to, for any classes and channels; `undefined` if there is none.
 */
export function modelOfWeights(weights: StateDict): string | undefined {
  check('modelOfWeights', 'weights', weights, tensorsByName)
  return networks.definitions.find(({ build }) => belongTo(build({}), weights))?.name
}
