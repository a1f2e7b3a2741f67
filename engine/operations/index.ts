/** Every operation of the engine, primitive or composed. */
export {
  abs,
  add,
  ceil,
  divide,
  floor,
  maximum,
  minimum,
  multiply,
  negate,
  remainder,
  round,
  sign,
  subtract,
} from './arithmetic.ts'
export { cast } from './casts.ts'
export { equal, less, lessEqual, logicalAnd, logicalNot, logicalOr, where } from './comparisons.ts'
export { arange, detach, iota } from './constants.ts'
export { type Conv2dOptions, conv2d, type Pair } from './convolution.ts'
export * from './functions.ts'
export { gather, oneHot, scatterAdd, take } from './indexing.ts'
export { matmul } from './matmul.ts'
export {
  adaptiveAveragePool2d,
  averagePool2d,
  globalAveragePool2d,
  maxPool2d,
  type PoolOptions,
} from './pooling.ts'
export { erf, exp, expm1, log, log1p, power, sqrt } from './powers.ts'
export { randomBits, randomNormal, randomUniform } from './randomness.ts'
export {
  type Axes,
  all,
  amax,
  amin,
  any,
  argmax,
  argmin,
  logSoftmax,
  logSumExp,
  max,
  mean,
  min,
  type ReductionOptions,
  softmax,
  standardDeviation,
  sum,
  type VarianceOptions,
  variance,
} from './reductions.ts'
export { broadcastTo, expandDimensions, flatten, permute, reshape, squeeze, transpose } from './reshaping.ts'
export { concatenate, flip, pad, type Range, slice, stack } from './slicing.ts'
export { acos, asin, atan, atan2, cos, cosh, sin, sinh, tanh } from './trigonometry.ts'
