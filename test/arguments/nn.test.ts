import { join } from 'node:path'
import { expect, it } from 'vitest'
import { add, RandomStream, square, sum, tensor, type Variable, variable, zeros } from '../../engine/index.ts'
import * as nn from '../../nn/index.ts'
import { sharedTemporaryFolder } from '../train/temporaryFolder.ts'
import { methodsOfModule } from './modules.ts'
import { type Classes, describeArguments, describeClasses, forHeirs, type Row, type Table } from './table.ts'

const folder = sharedTemporaryFolder()

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
  ...named(['Counter', 'Flatten', 'RandomKey', 'ReLU', 'SiLU'], nothing),
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
  GELU: () => [{ approximate: 'tanh' }],
  LayerNorm: () => [[2, 4], { epsilon: 1e-5, affine: true }],
  GroupNorm: () => [2, 4, { epsilon: 1e-5, affine: true }],
  Embedding: () => [3, 2, { paddingIndex: 0, initializer }],
  Dropout: () => [0.5],
  Sequential: () => [new nn.ReLU(), new nn.Flatten()],
  Parameter: () => [[2, 3], initializer],
  buffer: () => [[2, 3], 1],
  ...named(['ResNet', 'ResNetA'], () => [{ ...sizes, depth: 8, widths: [2, 2, 4, 8] }]),
  LargeResNet: () => [{ ...sizes, depth: 18 }],
  MobileNetV2: () => [{ ...sizes, width: 0.5 }],
  ...named(['ShuffleNetV1', 'ShuffleNetV2'], () => [sizes]),
  VGG: () => [{ ...sizes, depth: 8 }],
  WideResNet: () => [{ ...sizes, depth: 10, widening: 1 }],
  defineNetwork: () => [{ name: 'mine', aliases: ['my_net'], build: () => network }],
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

const ofVariables = 'a variable, whose methods have rows in the table of the engine'

/** A module whose layers have numbers, and what its `forward` takes. */
const module = (of: nn.AnyModule, shape: readonly number[]): Classes[string] => [
  nn.initialize(of, 1),
  methodsOfModule(of, () => [zeros(shape)]),
]
const classifier = (of: nn.Network): Classes[string] => [
  nn.initialize(of, 1),
  {
    ...methodsOfModule(of, () => [zeros([2, 1, 8, 8])]),
    normsBeforeReLU: nothing,
    ...forHeirs(of, 'classify'),
  },
]
const optimizer = (
  of: nn.Minimizer & Pick<nn.Optimizer, 'parameters'>,
  gradient: () => unknown,
): Classes[string] => [
  of,
  {
    step: () => [[gradient()]],
    minimize: () => [parts(of.parameters[0])],
    state: nothing,
    stateDict: nothing,
    loadStateDict: () => [of.stateDict()],
    ...forHeirs(of, 'gradientsOf', 'tensorsOf', 'updates', 'input', 'decay'),
  },
]
/** A loss may have other fields too, as those of `kd` have. */
const parts = (parameter: Variable) => {
  const [task, distillation] = [sum(parameter), sum(square(parameter))]
  return Object.assign(Object.create(null), { loss: add(task, distillation), task, distillation })
}
const slope = () => tensor([1, 2])
const maps = [2, 2, 4, 4]

describeClasses('thermograd/nn', nn, {
  ...named(['Module', 'Network', 'Optimizer'], abstract),
  ...named(['Counter', 'Parameter', 'RandomKey'], ofVariables),
  Flatten: module(new nn.Flatten(), maps),
  ReLU: module(new nn.ReLU(), maps),
  GELU: module(new nn.GELU(), maps),
  SiLU: module(new nn.SiLU(), maps),
  LayerNorm: module(new nn.LayerNorm([4, 4]), maps),
  GroupNorm: module(new nn.GroupNorm(2, 2), maps),
  Embedding: [
    nn.initialize(new nn.Embedding(3, 2), 1),
    methodsOfModule(new nn.Embedding(3, 2), () => [labels()]),
  ],
  Dropout: module(new nn.Dropout(0.5), maps),
  AdaptiveAveragePool2d: module(new nn.AdaptiveAveragePool2d(2), maps),
  AveragePool2d: module(new nn.AveragePool2d(2), maps),
  MaxPool2d: module(new nn.MaxPool2d(2), maps),
  BatchNorm2d: module(new nn.BatchNorm2d(2), maps),
  ChannelShuffle: module(new nn.ChannelShuffle(2), maps),
  Conv2d: module(new nn.Conv2d(2, 4, 3), maps),
  Linear: module(new nn.Linear(2, 4), [3, 2]),
  Sequential: module(new nn.Sequential(new nn.ReLU(), new nn.Flatten()), maps),
  ResNet: classifier(new nn.ResNet({ ...sizes, depth: 8, widths: [2, 2, 4, 8] })),
  ResNetA: classifier(new nn.ResNetA({ ...sizes, depth: 8, widths: [2, 2, 4, 8] })),
  LargeResNet: classifier(new nn.LargeResNet({ ...sizes, depth: 18 })),
  MobileNetV2: classifier(new nn.MobileNetV2({ ...sizes, width: 0.5 })),
  ShuffleNetV1: classifier(new nn.ShuffleNetV1(sizes)),
  ShuffleNetV2: classifier(new nn.ShuffleNetV2(sizes)),
  VGG: classifier(new nn.VGG({ ...sizes, depth: 8 })),
  WideResNet: classifier(new nn.WideResNet({ ...sizes, depth: 10, widening: 1 })),
  SGD: optimizer(new nn.SGD(parameters(), { lr: 0.1, momentum: 0.9 }), slope),
  Adam: optimizer(new nn.Adam(parameters(), { lr: 0.1 }), slope),
  AdamW: optimizer(new nn.AdamW(parameters(), { lr: 0.1 }), slope),
  DOT: optimizer(new nn.DOT(parameters(), { lr: 0.1 }), () => ({ task: slope(), distillation: slope() })),
})

it('should switch to evaluation with train(false), as in PyTorch', () => {
  const relu = new nn.ReLU()
  expect(relu.train(false).training).toBe(false)
  expect(() => relu.train('eval' as never)).toThrow("train: expected mode to be true or false, got 'eval'")
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
