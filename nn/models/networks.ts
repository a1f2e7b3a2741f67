import { Registry } from '../../base/registry.ts'
import { defineNetwork, type NetworkDefinition } from './defineNetwork.ts'
import { LargeResNet, type LargeResNetOptions } from './largeResNet.ts'
import { MobileNetV2 } from './mobileNetV2.ts'
import { ResNet, ResNetA, type ResNetOptions } from './resnet.ts'
import { ShuffleNetV1 } from './shuffleNetV1.ts'
import { ShuffleNetV2 } from './shuffleNetV2.ts'
import { VGG, type VGGOptions } from './vgg.ts'
import { WideResNet } from './wideResNet.ts'

type Build = NetworkDefinition['build']

const narrow = [16, 16, 32, 64] as const
const wide = [32, 64, 128, 256] as const

const resnet =
  (depth: number, widths: ResNetOptions['widths']): Build =>
  (options) =>
    new ResNet({ depth, widths, ...options })

const resnetA =
  (depth: number): Build =>
  (options) =>
    new ResNetA({ depth, widths: narrow, ...options })

const largeResNet =
  (depth: LargeResNetOptions['depth']): Build =>
  (options) =>
    new LargeResNet({ depth, ...options })

const wideResNet =
  (depth: number, widening: number): Build =>
  (options) =>
    new WideResNet({ depth, widening, ...options })

const vgg =
  (depth: VGGOptions['depth']): Build =>
  (options) =>
    new VGG({ depth, ...options })

/** The networks by mdistiller's names; the suffix `_a` marks He et al.'s for CIFAR-10, whose shortcuts have no parameters. */
const builtInNetworks = [
  defineNetwork({ name: 'resnet8', build: resnet(8, narrow) }),
  defineNetwork({ name: 'resnet14', build: resnet(14, narrow) }),
  defineNetwork({ name: 'resnet20', build: resnet(20, narrow) }),
  defineNetwork({ name: 'resnet32', build: resnet(32, narrow) }),
  defineNetwork({ name: 'resnet44', build: resnet(44, narrow) }),
  defineNetwork({ name: 'resnet56', build: resnet(56, narrow) }),
  defineNetwork({ name: 'resnet110', build: resnet(110, narrow) }),
  defineNetwork({ name: 'resnet8x4', build: resnet(8, wide) }),
  defineNetwork({ name: 'resnet32x4', build: resnet(32, wide) }),
  defineNetwork({ name: 'resnet20_a', build: resnetA(20) }),
  defineNetwork({ name: 'resnet32_a', build: resnetA(32) }),
  defineNetwork({ name: 'resnet44_a', build: resnetA(44) }),
  defineNetwork({ name: 'resnet56_a', build: resnetA(56) }),
  defineNetwork({ name: 'resnet110_a', build: resnetA(110) }),
  defineNetwork({ name: 'resnet1202_a', build: resnetA(1202) }),
  defineNetwork({ name: 'ResNet18', build: largeResNet(18) }),
  defineNetwork({ name: 'ResNet50', build: largeResNet(50) }),
  defineNetwork({ name: 'wrn_16_1', build: wideResNet(16, 1) }),
  defineNetwork({ name: 'wrn_16_2', build: wideResNet(16, 2) }),
  defineNetwork({ name: 'wrn_40_1', build: wideResNet(40, 1) }),
  defineNetwork({ name: 'wrn_40_2', build: wideResNet(40, 2) }),
  defineNetwork({ name: 'vgg8', aliases: ['vgg8_bn'], build: vgg(8) }),
  defineNetwork({ name: 'vgg11', aliases: ['vgg11_bn'], build: vgg(11) }),
  defineNetwork({ name: 'vgg13', aliases: ['vgg13_bn'], build: vgg(13) }),
  defineNetwork({ name: 'vgg16', aliases: ['vgg16_bn'], build: vgg(16) }),
  defineNetwork({ name: 'vgg19', aliases: ['vgg19_bn'], build: vgg(19) }),
  defineNetwork({
    name: 'MobileNetV2',
    aliases: ['mobile_half'],
    build: (options) => new MobileNetV2({ width: 0.5, ...options }),
  }),
  defineNetwork({ name: 'ShuffleV1', build: (options) => new ShuffleNetV1(options) }),
  defineNetwork({ name: 'ShuffleV2', build: (options) => new ShuffleNetV2(options) }),
] as const

/** Thermograd's networks by name. */
export const networks = new Registry<NetworkDefinition>('network', builtInNetworks)
