import { seed as anySeed, check, checkOptions, type Rules, text } from '../../base/arguments.ts'
import { InvalidInputError } from '../../base/errors.ts'
import { nearestFirst } from '../../base/suggestions.ts'
import { tensorsByName } from '../arguments.ts'
import { initialize } from '../initializers.ts'
import type { StateDict } from '../stateDict.ts'
import { LargeResNet, type LargeResNetOptions } from './largeResNet.ts'
import { MobileNetV2 } from './mobileNetV2.ts'
import { type Network, type NetworkOptions, networkOptions } from './network.ts'
import { belongTo } from './recognize.ts'
import { ResNet, ResNetA, type ResNetOptions } from './resnet.ts'
import { ShuffleNetV1 } from './shuffleNetV1.ts'
import { ShuffleNetV2 } from './shuffleNetV2.ts'
import { VGG, type VGGOptions } from './vgg.ts'
import { WideResNet } from './wideResNet.ts'

export { LargeResNet, type LargeResNetOptions } from './largeResNet.ts'
export { MobileNetV2, type MobileNetV2Options } from './mobileNetV2.ts'
export { Network, type NetworkOptions, type Predictions } from './network.ts'
export { ResNet, ResNetA, type ResNetOptions } from './resnet.ts'
export { ShuffleNetV1 } from './shuffleNetV1.ts'
export { ShuffleNetV2 } from './shuffleNetV2.ts'
export { type NetworkSummary, predictionsOf, summaryOf } from './summary.ts'
export { VGG, type VGGOptions } from './vgg.ts'
export { WideResNet, type WideResNetOptions } from './wideResNet.ts'

type Constructor = (options: NetworkOptions) => Network

const narrow = [16, 16, 32, 64] as const
const wide = [32, 64, 128, 256] as const

const resnet =
  (depth: number, widths: ResNetOptions['widths']): Constructor =>
  (options) =>
    new ResNet({ depth, widths, ...options })

const resnetA =
  (depth: number): Constructor =>
  (options) =>
    new ResNetA({ depth, widths: narrow, ...options })

const largeResNet =
  (depth: LargeResNetOptions['depth']): Constructor =>
  (options) =>
    new LargeResNet({ depth, ...options })

const wideResNet =
  (depth: number, widening: number): Constructor =>
  (options) =>
    new WideResNet({ depth, widening, ...options })

const vgg =
  (depth: VGGOptions['depth']): Constructor =>
  (options) =>
    new VGG({ depth, ...options })

/** The networks by mdistiller's names; the suffix `_a` marks He et al.'s for CIFAR-10, whose shortcuts have no parameters. */
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
  resnet20_a: resnetA(20),
  resnet32_a: resnetA(32),
  resnet44_a: resnetA(44),
  resnet56_a: resnetA(56),
  resnet110_a: resnetA(110),
  resnet1202_a: resnetA(1202),
  ResNet18: largeResNet(18),
  ResNet50: largeResNet(50),
  wrn_16_1: wideResNet(16, 1),
  wrn_16_2: wideResNet(16, 2),
  wrn_40_1: wideResNet(40, 1),
  wrn_40_2: wideResNet(40, 2),
  vgg8: vgg(8),
  vgg11: vgg(11),
  vgg13: vgg(13),
  vgg16: vgg(16),
  vgg19: vgg(19),
  MobileNetV2: (options) => new MobileNetV2({ width: 0.5, ...options }),
  ShuffleV1: (options) => new ShuffleNetV1(options),
  ShuffleV2: (options) => new ShuffleNetV2(options),
}

/** mdistiller's functions whose names differ from those of their networks. */
const otherNames: Readonly<Record<string, string>> = {
  vgg8_bn: 'vgg8',
  vgg11_bn: 'vgg11',
  vgg13_bn: 'vgg13',
  vgg16_bn: 'vgg16',
  vgg19_bn: 'vgg19',
  mobile_half: 'MobileNetV2',
}

/** The names that `createModel` knows. */
export const modelNames: readonly string[] = Object.keys(models)

/** Returns the entry of `modelNames` for a name of ours or of mdistiller's; `undefined` if there is none. */
export function modelNamed(name: string): string | undefined {
  const known = Object.hasOwn(otherNames, name) ? otherNames[name] : name
  return Object.hasOwn(models, known) ? known : undefined
}

export interface ModelOptions extends NetworkOptions {
  /** Seed of the initial weights. Default 0. */
  seed?: number | undefined
}

const modelOptions: Rules<ModelOptions> = { ...networkOptions, seed: anySeed }

/** Returns the network of this name, initialized as in mdistiller, in training mode. Throws for an unknown name. */
export function createModel(name: string, given: ModelOptions = {}): Network {
  check('createModel', 'name', name, text)
  checkOptions('createModel', given, modelOptions)
  const { seed = 0, ...options } = given
  const known = modelNamed(name)
  if (known === undefined) {
    throw new InvalidInputError(
      `model: unknown name '${name}'; expected one of ${nearestFirst(name, modelNames).join(', ')}`,
    )
  }
  return initialize(models[known](options), seed)
}

/** Returns the name of the network that weights belong to, for any classes and channels; `undefined` if there is none. */
export function modelOfWeights(weights: StateDict): string | undefined {
  check('modelOfWeights', 'weights', weights, tensorsByName)
  return modelNames.find((name) => belongTo(models[name]({}), weights))
}
