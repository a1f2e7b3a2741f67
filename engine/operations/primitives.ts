import type { PrimitiveName } from '../primitiveNames.ts'
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
import type { AnyPrimitive, Primitive } from './primitive.ts'
import { randomBitsPrimitive } from './randomness.ts'
import { amaxPrimitive, argmaxPrimitive, sumPrimitive } from './reductions.ts'
import { broadcastToPrimitive, permutePrimitive, reshapePrimitive } from './reshaping.ts'
import * as rounding from './rounding.ts'
import { concatenatePrimitive, embedPrimitive, slicePrimitive } from './slicing.ts'
import * as trigonometry from './trigonometry.ts'
import { wherePrimitive } from './where.ts'

/** The record of each primitive; a missing one does not compile. The spread modules export only scalar functions. */
const carriers: { readonly [Name in PrimitiveName]: { readonly primitive: Primitive<Name> } } = {
  ...arithmetic,
  ...comparisons,
  ...powers,
  ...rounding,
  ...trigonometry,
  where: { primitive: wherePrimitive },
  cast: { primitive: castPrimitive },
  detach: { primitive: detachPrimitive },
  literal: { primitive: literalPrimitive },
  iota: { primitive: iotaPrimitive },
  sum: { primitive: sumPrimitive },
  amax: { primitive: amaxPrimitive },
  argmax: { primitive: argmaxPrimitive },
  reshape: { primitive: reshapePrimitive },
  permute: { primitive: permutePrimitive },
  broadcastTo: { primitive: broadcastToPrimitive },
  slice: { primitive: slicePrimitive },
  embed: { primitive: embedPrimitive },
  concatenate: { primitive: concatenatePrimitive },
  matmul: { primitive: matmulPrimitive },
  conv2d: { primitive: conv2dPrimitive },
  conv2dInputGradient: { primitive: conv2dInputGradientPrimitive },
  conv2dWeightGradient: { primitive: conv2dWeightGradientPrimitive },
  maxPool2dIndices: { primitive: maxPool2dIndicesPrimitive },
  gather: { primitive: gatherPrimitive },
  scatterAdd: { primitive: scatterAddPrimitive },
  randomBits: { primitive: randomBitsPrimitive },
}

/** Returns the record of the named primitive. */
export function primitiveOf<Name extends PrimitiveName>(name: Name): Primitive<Name> {
  return carriers[name].primitive
}

/** All records. */
export const primitives: readonly AnyPrimitive[] = Object.values(carriers).map(({ primitive }) => primitive)
