/** All operations of the engine, primitive or composed. */
export * from './arithmetic.ts'
export { cast } from './casts.ts'
export * from './comparisons.ts'
export { arange, detach, iota } from './constants.ts'
export { type Conv2dOptions, conv2d, type Pair } from './convolution.ts'
export * from './functions.ts'
export type { GeluOptions } from './geluOptions.ts'
export { gather, oneHot, scatterAdd, take } from './indexing.ts'
export { matmul } from './matmul.ts'
export {
  adaptiveAveragePool2d,
  averagePool2d,
  globalAveragePool2d,
  maxPool2d,
  type PoolOptions,
} from './pooling.ts'
export * from './powers.ts'
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
export * from './rounding.ts'
export { sign } from './sign.ts'
export { concatenate, flip, pad, type Range, slice, stack } from './slicing.ts'
export * from './trigonometry.ts'
export { where } from './where.ts'
