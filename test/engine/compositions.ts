import type { ExampleOperand as Operand } from '../../engine/laws/call.ts'
import * as operations from '../../engine/operations/index.ts'
import type { PrimitiveName } from '../../engine/primitiveNames.ts'
import type { Kinks } from '../../engine/scalarFunctions.ts'
import type { Tensor } from '../../engine/tensor.ts'

/** A call of a composed operation, for the gradient checks and the conformance suite. */
export interface Composition {
  readonly call: (...inputs: Tensor[]) => Tensor
  readonly operands: readonly Operand[]
  readonly kinks?: Kinks | undefined
  /** False where the operands or the result are not real numbers. */
  readonly differentiable: boolean
}

function differentiable(operands: readonly Operand[], call: Composition['call'], kinks?: Kinks): Composition {
  return { operands, call, kinks, differentiable: true }
}

function discrete(operands: readonly Operand[], call: Composition['call']): Composition {
  return { operands, call, differentiable: false }
}

type Domain = readonly [number, number]

function elementwise(call: (x: Tensor) => Tensor, domain?: Domain, kinks?: Kinks): Composition {
  return differentiable([{ shape: [2, 5], domain }], call, kinks)
}

const kinkAtZero: Kinks = { at: [0] }
const kinkAtTies: Kinks = { ties: true }

const matrix: Operand = { shape: [3, 4] }
const cube: Operand = { shape: [2, 3, 4] }
const maps: Operand = { shape: [2, 3, 5, 6] }
const truths: Operand = { shape: [3, 4], dtype: 'bool' }
const key: Operand = { shape: [2], dtype: 'int32', domain: [-1e9, 1e9] }

/** Primitives whose public function does more than record them. */
type Extended = 'conv2d' | 'matmul' | 'scatterAdd' | 'gather' | 'sum'

type ComposedName = Exclude<keyof typeof operations, Exclude<PrimitiveName, Extended>>

/** Every composed operation; a missing one does not compile. */
export const compositions: Record<ComposedName, Composition> = {
  square: elementwise(operations.square),
  reciprocal: elementwise(operations.reciprocal, [0.5, 3]),
  rsqrt: elementwise(operations.rsqrt, [0.5, 3]),
  exp2: elementwise(operations.exp2),
  log2: elementwise(operations.log2, [0.5, 3]),
  log10: elementwise(operations.log10, [0.5, 3]),
  tan: elementwise(operations.tan, [-1, 1]),
  trunc: elementwise(operations.trunc, undefined, { at: [0, 1, -1] }),
  sign: elementwise(operations.sign, undefined, kinkAtZero),
  clamp: elementwise((x) => operations.clamp(x, -0.5, 1), undefined, { at: [1] }),
  relu: elementwise(operations.relu, undefined, kinkAtZero),
  leakyRelu: elementwise((x) => operations.leakyRelu(x, 0.2), undefined, kinkAtZero),
  elu: elementwise((x) => operations.elu(x, 1.5), undefined, kinkAtZero),
  softplus: elementwise(operations.softplus),
  sigmoid: elementwise(operations.sigmoid),
  logSigmoid: elementwise(operations.logSigmoid),
  silu: elementwise(operations.silu),
  gelu: elementwise(operations.gelu),
  lerp: differentiable([cube, { shape: [3, 1] }, { shape: [] }], operations.lerp),

  greater: discrete([matrix, matrix], operations.greater),
  greaterEqual: discrete([matrix, matrix], operations.greaterEqual),
  notEqual: discrete([matrix, matrix], operations.notEqual),
  isNaN: discrete([{ shape: [9], domain: [-1, 1] }], (x) => operations.isNaN(operations.sqrt(x))),
  isFinite: discrete([{ shape: [9], domain: [-1, 1] }], (x) => operations.isFinite(operations.log(x))),

  sum: differentiable([cube], (x) => operations.sum(x, [0, -1])),
  mean: differentiable([cube], (x) => operations.mean(x, [0, 2], { keepDimensions: true })),
  variance: differentiable([cube], (x) => operations.variance(x, [0, 2], { correction: 0 })),
  standardDeviation: differentiable([cube], (x) => operations.standardDeviation(x, 1), kinkAtTies),
  amin: differentiable([cube], (x) => operations.amin(x, [1, 2]), kinkAtTies),
  max: differentiable([cube], (x) => operations.max(x, 1), kinkAtTies),
  min: differentiable([cube], (x) => operations.min(x, -1, { keepDimensions: true }), kinkAtTies),
  logSumExp: differentiable([cube], (x) => operations.logSumExp(x, [1, 2])),
  softmax: differentiable([matrix], (x) => operations.softmax(x)),
  logSoftmax: differentiable([cube], (x) => operations.logSoftmax(x, 1)),
  argmin: discrete([cube], (x) => operations.argmin(x, 1)),
  any: discrete([truths], (x) => operations.any(x, 1)),
  all: discrete([truths], (x) => operations.all(x, 0, { keepDimensions: true })),

  matmul: differentiable([{ shape: [2, 1, 3, 4] }, { shape: [5, 4, 2] }], operations.matmul),
  conv2d: differentiable([maps, { shape: [4, 3, 3, 3] }, { shape: [4] }], (x, weight, bias) =>
    operations.conv2d(x, weight, bias, { stride: [2, 1], padding: 1 }),
  ),
  maxPool2d: differentiable(
    [maps],
    (x) => operations.maxPool2d(x, [3, 2], { stride: 2, padding: 1 }),
    kinkAtTies,
  ),
  adaptiveAveragePool2d: differentiable([maps], (x) => operations.adaptiveAveragePool2d(x, [2, 3])),
  averagePool2d: differentiable([maps], (x) => operations.averagePool2d(x, 3, { stride: 2, padding: 1 })),
  globalAveragePool2d: differentiable([maps], operations.globalAveragePool2d),

  flatten: differentiable([cube], (x) => operations.flatten(x, 1)),
  transpose: differentiable([cube], (x) => operations.transpose(x, 0, 2)),
  expandDimensions: differentiable([cube], (x) => operations.expandDimensions(x, 1)),
  squeeze: differentiable([{ shape: [1, 3, 1] }], (x) => operations.squeeze(x, 0)),
  flip: differentiable([cube], (x) => operations.flip(x, [0, 2])),
  pad: differentiable([matrix], (x) =>
    operations.pad(
      x,
      [
        [1, 0],
        [2, 3],
      ],
      -1.5,
    ),
  ),
  stack: differentiable([matrix, matrix], (a, b) => operations.stack([a, b], 1)),

  gather: differentiable([matrix, { shape: [1, 6], dtype: 'int32', domain: [0, 4] }], (x, index) =>
    operations.gather(x, 1, index),
  ),
  take: differentiable([cube, { shape: [5], dtype: 'int32', domain: [0, 3] }], (x, index) =>
    operations.take(x, 1, index),
  ),
  scatterAdd: differentiable(
    [matrix, { shape: [3, 6], dtype: 'int32', domain: [0, 4] }, { shape: [3, 6] }],
    (x, index, source) => operations.scatterAdd(x, 1, index, source),
  ),
  oneHot: discrete([{ shape: [2, 3], dtype: 'int32', domain: [0, 4] }], (x) => operations.oneHot(x, 4)),

  full: discrete([], () => operations.full([2, 3], 1.5)),
  zeros: discrete([], () => operations.zeros([0, 3])),
  ones: discrete([], () => operations.ones([], 'int32')),
  arange: discrete([], () => operations.arange(7)),
  randomUniform: discrete([key], (key) => operations.randomUniform(key, [3, 5])),
  randomNormal: discrete([key], (key) => operations.randomNormal(key, [3, 5])),
}
