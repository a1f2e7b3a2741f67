import { detachPrimitive, iotaPrimitive, literalPrimitive } from './constants.ts'
import {
  conv2dInputGradientPrimitive,
  conv2dPrimitive,
  conv2dWeightGradientPrimitive,
} from './convolution.ts'
import * as elementwise from './elementwise.ts'
import { gatherPrimitive, scatterAddPrimitive } from './indexing.ts'
import { matmulPrimitive } from './matmul.ts'
import * as movement from './movement.ts'
import type { BinaryName, PrimitiveName, UnaryName } from './names.ts'
import { maxPool2dIndicesPrimitive } from './pooling.ts'
import type { Primitive } from './primitive.ts'
import { randomBitsPrimitive } from './randomness.ts'
import { amaxPrimitive, argmaxPrimitive, sumPrimitive } from './reductions.ts'

type Records<Names extends PrimitiveName> = { readonly [Name in Names]: Primitive<Name> }

const unary: Records<UnaryName> = {
  negate: elementwise.negate.primitive,
  abs: elementwise.abs.primitive,
  floor: elementwise.floor.primitive,
  ceil: elementwise.ceil.primitive,
  round: elementwise.round.primitive,
  sqrt: elementwise.sqrt.primitive,
  exp: elementwise.exp.primitive,
  expm1: elementwise.expm1.primitive,
  log: elementwise.log.primitive,
  log1p: elementwise.log1p.primitive,
  sin: elementwise.sin.primitive,
  cos: elementwise.cos.primitive,
  asin: elementwise.asin.primitive,
  acos: elementwise.acos.primitive,
  atan: elementwise.atan.primitive,
  sinh: elementwise.sinh.primitive,
  cosh: elementwise.cosh.primitive,
  tanh: elementwise.tanh.primitive,
  erf: elementwise.erf.primitive,
  logicalNot: elementwise.logicalNot.primitive,
}

const binary: Records<BinaryName> = {
  add: elementwise.add.primitive,
  subtract: elementwise.subtract.primitive,
  multiply: elementwise.multiply.primitive,
  divide: elementwise.divide.primitive,
  remainder: elementwise.remainder.primitive,
  power: elementwise.power.primitive,
  atan2: elementwise.atan2.primitive,
  maximum: elementwise.maximum.primitive,
  minimum: elementwise.minimum.primitive,
  less: elementwise.less.primitive,
  lessEqual: elementwise.lessEqual.primitive,
  equal: elementwise.equal.primitive,
  logicalAnd: elementwise.logicalAnd.primitive,
  logicalOr: elementwise.logicalOr.primitive,
}

/** Every primitive by name; a missing record does not compile. */
export const primitives: Records<PrimitiveName> = {
  ...unary,
  ...binary,
  where: elementwise.wherePrimitive,
  cast: elementwise.castPrimitive,
  detach: detachPrimitive,
  literal: literalPrimitive,
  iota: iotaPrimitive,
  sum: sumPrimitive,
  amax: amaxPrimitive,
  argmax: argmaxPrimitive,
  reshape: movement.reshapePrimitive,
  permute: movement.permutePrimitive,
  broadcastTo: movement.broadcastToPrimitive,
  slice: movement.slicePrimitive,
  embed: movement.embedPrimitive,
  concatenate: movement.concatenatePrimitive,
  matmul: matmulPrimitive,
  conv2d: conv2dPrimitive,
  conv2dInputGradient: conv2dInputGradientPrimitive,
  conv2dWeightGradient: conv2dWeightGradientPrimitive,
  maxPool2dIndices: maxPool2dIndicesPrimitive,
  gather: gatherPrimitive,
  scatterAdd: scatterAddPrimitive,
  randomBits: randomBitsPrimitive,
}
