import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { RandomStream, tensor, variable } from '../../engine/index.ts'
import * as nn from '../../nn/index.ts'
import { describeArguments, type Row, type Table } from './table.ts'

const folder = mkdtempSync(join(tmpdir(), 'arguments-'))
afterAll(() => rmSync(folder, { recursive: true }))

const logits = () =>
  tensor([
    [1, 2],
    [3, 4],
  ])
const labels = () => tensor([0, 1], { dtype: 'int32' })
const parameters = () => [variable(tensor([1, 2]))]
const initializer = nn.constant(0)
const network = nn.createModel('resnet8', { classes: 2, channels: 1 })
const weights = () => new Map([['a', tensor([1])]])
/** No options: any name will do. */
const metadata = () => Object.assign(Object.create(null), { a: 'b' })
const file = join(folder, 'good.safetensors')
await nn.saveWeights(file, weights())
const bytes = await nn.encodeSafetensors(weights())
const stored = await nn.readWeightFile(file)

const abstract = 'an abstract class, whose heirs have rows'
const nothing: Row = () => []
const image = [1, 8, 8]
const sizes = { classes: 2, channels: 1 }
const named = (names: readonly string[], row: Row): Table =>
  Object.fromEntries(names.map((name) => [name, row]))

describeArguments('thermograd/nn', nn, {
  ...named(['Module', 'Network', 'Optimizer'], abstract),
  ...named(['Counter', 'Flatten', 'ReLU'], nothing),
  SGD: () => [parameters(), { lr: 0.1, momentum: 0.9, dampening: 0, nesterov: true, weightDecay: 0.1 }],
  ...named(['Adam', 'AdamW'], () => [
    parameters(),
    { lr: 0.1, betas: [0.9, 0.99], epsilon: 1e-8, weightDecay: 0.1 },
  ]),
  DOT: () => [parameters(), { lr: 0.1, delta: 0.1, momentum: 0.9, weightDecay: 0.1 }],
  AdaptiveAveragePool2d: () => [2],
  AveragePool2d: () => [2, { stride: 2, padding: 0 }],
  MaxPool2d: () => [2, { stride: 2, padding: 0, dilation: 1 }],
  BatchNorm2d: () => [2, { momentum: 0.1, epsilon: 1e-5 }],
  ChannelShuffle: () => [2],
  Conv2d: () => [
    2,
    4,
    3,
    {
      stride: 1,
      padding: 1,
      dilation: 1,
      groups: 2,
      bias: true,
      initializer,
      biasInitializer: initializer,
    },
  ],
  Linear: () => [2, 4, { bias: true, initializer, biasInitializer: initializer }],
  Sequential: () => [new nn.ReLU(), new nn.Flatten()],
  Parameter: () => [[2, 3], initializer],
  buffer: () => [[2, 3], 1],
  ...named(['ResNet', 'ResNetA'], () => [{ ...sizes, depth: 8, widths: [2, 2, 4, 8] }]),
  LargeResNet: () => [{ ...sizes, depth: 18 }],
  MobileNetV2: () => [{ ...sizes, width: 0.5 }],
  ...named(['ShuffleNetV1', 'ShuffleNetV2'], () => [sizes]),
  VGG: () => [{ ...sizes, depth: 8 }],
  WideResNet: () => [{ ...sizes, depth: 10, widening: 1 }],
  createModel: () => ['resnet8', { ...sizes, seed: 1 }],
  modelNamed: () => ['resnet8'],
  modelOfWeights: () => [network.stateDict()],
  ...named(['constant', 'uniform', 'normal', 'fanInUniform'], () => [1]),
  kaimingNormal: () => [[2, 2], new RandomStream([1, 2])],
  initialize: () => [new nn.Linear(2, 2), 1],
  ownershipCheck: () => [() => tensor(1), [network]],
  multiStep: () => [0.1, [10, 20], 0.1],
  cosine: () => [0.1, 10, 0.01],
  crossEntropy: () => [logits(), labels(), { labelSmoothing: 0.1 }],
  topKCorrect: () => [logits(), labels(), 1],
  ...named(['predictionsOf', 'summaryOf'], () => [network, image]),
  exportOnnx: () => [network, { image }],
  encodeSafetensors: () => [weights(), metadata()],
  decodeSafetensors: () => [bytes, 'here'],
  readStored: () => [bytes, 'here'],
  stateDictOf: () => [stored, 'here'],
  loadWeights: () => [file],
  readWeightFile: () => [file],
  saveWeights: () => [join(folder, 'saved.safetensors'), weights(), metadata()],
  writeWeightFile: () => [join(folder, 'written.safetensors'), stored],
})

it('should hold optimizers to a learning rate at every step', () => {
  const optimizer = new nn.SGD(parameters(), { lr: 0.1 })
  optimizer.lr = Number.NaN
  expect(() => optimizer.step([tensor([1, 2])])).toThrow(
    'optimizer: expected lr to be a finite number ≥ 0, got NaN',
  )
})

it('should refuse gradients that are none', () => {
  const optimizer = new nn.SGD(parameters(), { lr: 0.1 })
  for (const gradients of [undefined, [undefined], ['x'], [[1, 2]]]) {
    expect(() => optimizer.step(gradients as never)).toThrow('optimizer: expected')
  }
})
