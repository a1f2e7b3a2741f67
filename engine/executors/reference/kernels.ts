import type { PrimitiveName } from '../../primitiveNames.ts'
import { conv2d, conv2dInputGradient, conv2dWeightGradient } from './convolution.ts'
import { binaryKernels, cast, detach, iota, literal, unaryKernels, where } from './elementwise.ts'
import { gather, scatterAdd } from './indexing.ts'
import type { Kernel } from './kernel.ts'
import { matmul } from './matmul.ts'
import { broadcastTo, concatenate, embed, permute, reshape, slice } from './movement.ts'
import { maxPool2dIndices } from './pooling.ts'
import { randomBits } from './random.ts'
import { amax, argmax, sum } from './reductions.ts'

/** Every primitive's kernel; a missing one does not compile. */
export const kernels: { readonly [Name in PrimitiveName]: Kernel<Name> } = {
  ...unaryKernels,
  ...binaryKernels,
  where,
  cast,
  detach,
  literal,
  iota,
  sum,
  amax,
  argmax,
  reshape,
  permute,
  broadcastTo,
  slice,
  embed,
  concatenate,
  matmul,
  conv2d,
  conv2dInputGradient,
  conv2dWeightGradient,
  maxPool2dIndices,
  gather,
  scatterAdd,
  randomBits,
}
