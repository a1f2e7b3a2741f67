import {
  abs,
  add,
  flatten,
  mean,
  multiply,
  power as raise,
  sqrt,
  square,
  subtract,
  sum,
  type Tensor,
} from '../../engine/index.ts'
import { checkTensors } from '../../nn/arguments.ts'
import { atSmallerSize, stagesFromFirst, sumOverStages } from '../maps.ts'
import { normalised } from '../normalised.ts'
import * as option from '../option.ts'
import { type GivenOptions, resolveOptions, withDefaults } from '../options.ts'
import { defineFeatureMethod, featureOptions } from './featureMethod.ts'

const attentionOptions = {
  /** p, at least 1: a smaller power has no gradient where a map is 0. Default 2. */
  power: option.number(2, { min: 1 }),
  /** `'squared'`, the default, as in the authors' code and mdistiller, or `'norm'`, as in the paper. */
  distance: option.oneOf(['squared', 'norm'], 'squared'),
}

type AttentionOptions = GivenOptions<typeof attentionOptions>

/**
 * Returns the attention transfer loss between maps [N, C, H, W] of student and teacher, a scalar. The attention of a
 * sample is the mean of |F|ᵖ over the channels, as a vector over the pixels, normalised to length 1:
 *
 *     Q(F) = vec(1/C Σ_c |F_c|ᵖ) / ‖…‖₂
 *     'squared'   the mean over samples and pixels of (Q_student − Q_teacher)²
 *     'norm'      the mean over samples of ‖Q_student − Q_teacher‖₂
 *
 * Source: Zagoruyko, Komodakis (arXiv 1612.03928), equation 2, is `'norm'`; their code and mdistiller's, to which the
 * weight of 1,000 belongs, are `'squared'`. Both raise F rather than |F| to p, which differs for odd p. Larger maps are
 * average-pooled to the size of the smaller ones, as in mdistiller.
 */
export function attentionLoss(student: Tensor, teacher: Tensor, options: AttentionOptions = {}): Tensor {
  const { power, distance } = resolveOptions('attentionLoss', attentionOptions, options)
  checkTensors('attentionLoss', { student, teacher }, 4)
  const [ofStudent, ofTeacher] = atSmallerSize(student, teacher).map((maps) => attention(maps, power))
  const squares = square(subtract(ofStudent, ofTeacher))
  if (distance === 'squared') return mean(squares)
  // The norm is not differentiable at 0; with this term its gradient there is 0.
  return mean(sqrt(add(sum(squares, 1), 1e-24)))
}

function attention(maps: Tensor, power: number): Tensor {
  const raised = power === 2 ? multiply(maps, maps) : raise(abs(maps), power)
  return normalised(flatten(mean(raised, 1), 1), 1)
}

export const at = defineFeatureMethod(
  {
    name: 'at',
    description: 'attention transfer: matches the spatial attention maps of each stage',
    paper: 'Zagoruyko, Komodakis, ICLR 2017, arXiv 1612.03928',
    options: { ...withDefaults(featureOptions, { weight: 1000 }), ...attentionOptions },
  },
  (student, teacher, { power, distance }) => ({
    attention: sumOverStages(
      stagesFromFirst(student.features, teacher.features).map(([ofStudent, ofTeacher]) =>
        attentionLoss(ofStudent, ofTeacher, { power, distance }),
      ),
    ),
  }),
)
