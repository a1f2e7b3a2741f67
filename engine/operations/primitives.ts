import type { BinaryName, PrimitiveName, UnaryName } from '../primitiveNames.ts'
import * as arithmetic from './arithmetic.ts'
import { castPrimitive } from './casts.ts'
import * as comparisons from './comparisons.ts'
import { detachPrimitive, iotaPrimitive, literalPrimitive } from './constants.ts'
import {
  conv2dInputGradientPrimitive,
  conv2dPrimitive,
  conv2dWeightGradientPrimitive,
} from './convolution.ts'
import { gatherPrimitive, scatterAddPrimitive } from './indexing.ts'
import { matmulPrimitive } from './matmul.ts'
import { maxPool2dIndicesPrimitive } from './pooling.ts'
import * as powers from './powers.ts'
import type { Primitive } from './primitive.ts'
import { randomBitsPrimitive } from './randomness.ts'
import { amaxPrimitive, argmaxPrimitive, sumPrimitive } from './reductions.ts'
import * as reshaping from './reshaping.ts'
import * as slicing from './slicing.ts'
import * as trigonometry from './trigonometry.ts'

type Records<Names extends PrimitiveName> = { readonly [Name in Names]: Primitive<Name> }

const unary: Records<UnaryName> = {
  negate: arithmetic.negate.primitive,
  abs: arithmetic.abs.primitive,
  floor: arithmetic.floor.primitive,
  ceil: arithmetic.ceil.primitive,
  round: arithmetic.round.primitive,
  sqrt: powers.sqrt.primitive,
  exp: powers.exp.primitive,
  expm1: powers.expm1.primitive,
  log: powers.log.primitive,
  log1p: powers.log1p.primitive,
  sin: trigonometry.sin.primitive,
  cos: trigonometry.cos.primitive,
  asin: trigonometry.asin.primitive,
  acos: trigonometry.acos.primitive,
  atan: trigonometry.atan.primitive,
  sinh: trigonometry.sinh.primitive,
  cosh: trigonometry.cosh.primitive,
  tanh: trigonometry.tanh.primitive,
  erf: powers.erf.primitive,
  logicalNot: comparisons.logicalNot.primitive,
}

const binary: Records<BinaryName> = {
  add: arithmetic.add.primitive,
  subtract: arithmetic.subtract.primitive,
  multiply: arithmetic.multiply.primitive,
  divide: arithmetic.divide.primitive,
  remainder: arithmetic.remainder.primitive,
  power: powers.power.primitive,
  atan2: trigonometry.atan2.primitive,
  maximum: arithmetic.maximum.primitive,
  minimum: arithmetic.minimum.primitive,
  less: comparisons.less.primitive,
  lessEqual: comparisons.lessEqual.primitive,
  equal: comparisons.equal.primitive,
  logicalAnd: comparisons.logicalAnd.primitive,
  logicalOr: comparisons.logicalOr.primitive,
}

/** Every primitive by name; a missing record does not compile. */
export const primitives: Records<PrimitiveName> = {
  ...unary,
  ...binary,
  where: comparisons.wherePrimitive,
  cast: castPrimitive,
  detach: detachPrimitive,
  literal: literalPrimitive,
  iota: iotaPrimitive,
  sum: sumPrimitive,
  amax: amaxPrimitive,
  argmax: argmaxPrimitive,
  reshape: reshaping.reshapePrimitive,
  permute: reshaping.permutePrimitive,
  broadcastTo: reshaping.broadcastToPrimitive,
  slice: slicing.slicePrimitive,
  embed: slicing.embedPrimitive,
  concatenate: slicing.concatenatePrimitive,
  matmul: matmulPrimitive,
  conv2d: conv2dPrimitive,
  conv2dInputGradient: conv2dInputGradientPrimitive,
  conv2dWeightGradient: conv2dWeightGradientPrimitive,
  maxPool2dIndices: maxPool2dIndicesPrimitive,
  gather: gatherPrimitive,
  scatterAdd: scatterAddPrimitive,
  randomBits: randomBitsPrimitive,
}
