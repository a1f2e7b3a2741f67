import * as engine from '../../engine/index.ts'
import {
  type Classes,
  describeArguments,
  describeClasses,
  describeMethods,
  type Row,
  type Table,
} from './table.ts'

const { tensor, variable } = engine

const x = () =>
  tensor([
    [1, 2],
    [3, 4],
  ])
const maps = () => tensor(new Float32Array(16), { shape: [1, 1, 4, 4] })
const index = () =>
  tensor(
    [
      [0, 1],
      [1, 0],
    ],
    { dtype: 'int32' },
  )
const { executor } = await engine.openExecutor('reference')

const unary: Row = () => [x()]
const binary: Row = () => [x(), x()]
const reduction: Row = () => [x(), [0], { keepDimensions: true }]
const alongAxis: Row = () => [x(), 0, { keepDimensions: true }]
const spread: Row = () => [x(), [0], { correction: 0, keepDimensions: true }]
const shaped: Row = () => [[2, 3], 'float32']
const random: Row = () => [
  [1, 2],
  [2, 3],
]
const window = { stride: 1, padding: 0 }
const isAnError = 'an error, made by thermograd alone'

const named = (names: readonly string[], row: Row): Table =>
  Object.fromEntries(names.map((name) => [name, row]))

const functions: Table = {
  ...named(
    'abs acos asin atan ceil cos cosh erf exp exp2 expm1 floor isFinite isNaN log log10 log1p log2 logSigmoid logicalNot negate reciprocal relu round rsqrt sigmoid sign silu sin sinh softplus sqrt square tan tanh trunc detach'.split(
      ' ',
    ),
    unary,
  ),
  ...named(
    'add atan2 divide equal greater greaterEqual less lessEqual logicalAnd logicalOr matmul maximum minimum multiply notEqual power remainder subtract'.split(
      ' ',
    ),
    binary,
  ),
  ...named(['all', 'amax', 'amin', 'any', 'logSumExp', 'mean', 'sum'], reduction),
  ...named(['argmax', 'argmin', 'max', 'min'], alongAxis),
  ...named(['variance', 'standardDeviation'], spread),
  ...named(['logSoftmax', 'softmax', 'expandDimensions', 'squeeze'], () => [tensor([[1], [2]]), 1]),
  ...named(['ones', 'zeros'], shaped),
  full: () => [[2, 3], 1, 'int32'],
  ...named(['randomBits', 'randomNormal', 'randomUniform'], random),
  adaptiveAveragePool2d: () => [maps(), [2, 2]],
  averagePool2d: () => [maps(), 2, window],
  maxPool2d: () => [maps(), 2, { ...window, dilation: 1 }],
  globalAveragePool2d: () => [maps()],
  conv2d: () => [maps(), maps(), tensor([1]), { ...window, dilation: [1, 1], groups: 1 }],
  arange: () => [3],
  iota: () => [[2, 3], 1],
  broadcastTo: () => [tensor(1), [2, 3]],
  cast: () => [x(), 'int32'],
  clamp: () => [x(), 0, 1],
  concatenate: () => [[x(), x()], 1],
  stack: () => [[x(), x()], 1],
  elu: () => [x(), 1],
  gelu: () => [x(), { approximate: 'tanh' }],
  leakyRelu: () => [x(), 0.1],
  lerp: () => [x(), x(), 0.5],
  where: () => [x(), x(), 1],
  flatten: () => [x(), 0],
  flip: () => [x(), [0]],
  gather: () => [x(), 1, index()],
  scatterAdd: () => [x(), 1, index(), x()],
  take: () => [x(), 1, tensor([0], { dtype: 'int32' })],
  oneHot: () => [index(), 3],
  pad: () => [
    x(),
    [
      [1, 1],
      [0, 2],
    ],
    1,
  ],
  permute: () => [x(), [1, 0]],
  reshape: () => [x(), [4, -1]],
  slice: () => [x(), [0, 1], 0],
  transpose: () => [x(), 0, 1],
  tensor: () => [[1, 2, 3, 4], { dtype: 'int32', shape: [2, 2] }],
  deferredTensor: () => [() => new Float32Array(2), [2], 'float32'],
  variable: () => [x()],
  withoutAssignments: () => [() => 1],
  Variable: () => [x()],
  Tensor: () => [x().node],
  grad: () => {
    const a = x()
    return [a.square(), [a], x()]
  },
  gradWhereReached: () => {
    const a = x()
    return [a.square(), [a], x()]
  },
  withGradient: () => [x(), [x()], () => [x()]],
  gradientCheck: () => [
    engine.square,
    [tensor(2)],
    { name: 'square', order: 1, seed: 1, step: 1e-4, tolerance: 1e-2, executor },
  ],
  currentExecutor: () => [],
  openExecutor: () => ['reference'],
  useExecutor: () => [executor],
  numericsOf: () => [executor],
  realize: () => [x().square(), variable(x())],
  realizeOn: () => [executor, x().square()],
  planOf: () => [executor, x().square()],
  streamKey: () => [1, 'name', 2],
  RandomStream: () => [[1, 2]],
  GradientCheckError: isAnError,
  InvalidInputError: isAnError,
}

describeArguments('thermograd/engine', engine, functions)

const read: Row = () => [{ executor }]
const ownMethods: Table = { data: read, item: read, ndarray: read, toString: () => [] }

/** An operation is called on its first argument, with the others. */
const first = (name: string) => {
  const row = Object.hasOwn(functions, name) ? functions[name] : undefined
  return typeof row === 'function' ? (row()[0] as object) : tensor(1)
}
const methodsOfTensors: Table = {
  ...Object.fromEntries(
    Object.entries(functions).flatMap(([name, row]) =>
      name in engine.Tensor.prototype && typeof row === 'function' ? [[name, () => row().slice(1)]] : [],
    ),
  ),
  ...ownMethods,
}

describeMethods('Tensor', x(), methodsOfTensors, first)
describeMethods(
  'Variable',
  variable(x()),
  {
    ...methodsOfTensors,
    assign: () => [x()],
    commit: 'for realize alone',
    convert: 'for modules alone',
    settle: 'for realize alone',
  },
  (name) => (name === 'assign' ? variable(x()) : first(name)),
)

describeClasses('thermograd/engine', engine, {
  Tensor: 'its methods have rows above',
  Variable: 'its methods have rows above',
  RandomStream: [
    new engine.RandomStream([1, 2]),
    {
      ...named(['bits', 'uniform', 'normal'], () => []),
      ...named(['integer', 'permutation'], () => [3]),
    },
  ],
  ...named(['GradientCheckError', 'InvalidInputError'], isAnError),
} as Classes)
