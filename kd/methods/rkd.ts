import {
  abs,
  cast,
  divide,
  equal,
  expandDimensions,
  greater,
  less,
  matmul,
  mean,
  multiply,
  sqrt,
  square,
  subtract,
  sum,
  type Tensor,
  transpose,
  where,
} from '../../engine/index.ts'
import { checkTensors } from '../../nn/arguments.ts'
import { normalised } from '../normalised.ts'
import * as option from '../option.ts'
import { defineFeatureMethod, featureOptions } from './featureMethod.ts'

export const rkdOptions = {
  ...featureOptions,
  /** Default 25. */
  distanceWeight: option.number(25, { min: 0 }),
  /** Default 50. */
  angleWeight: option.number(50, { min: 0 }),
}

/**
 * Returns the two relational losses between vectors [N, D] of student and teacher, scalars:
 *
 *     distance   the mean over pairs of h(d_student − d_teacher),   d_ij = ‖x_i − x_j‖ / the mean of the nonzero ones
 *     angle      the mean over triples of h(cos_student − cos_teacher),   cos_ijk = cos ∠(x_j − x_i, x_k − x_i)
 *
 * with h(a) = a²/2 if |a| < 1, otherwise |a| − 1/2. Source: Park et al. (arXiv 1904.05068). The paper sums; the
 * authors' code and mdistiller's average over all N² pairs and N³ triples, including those of a sample with itself.
 * Distances are computed from differences, not from products, so nothing cancels for near samples. If all vectors of a
 * side are equal, as in a batch of one, its distances are 0; the authors' code divides 0 by 0.
 */
export function relationLosses(student: Tensor, teacher: Tensor): { distance: Tensor; angle: Tensor } {
  checkTensors('relationLosses', { student, teacher }, 2)
  const [s, t] = [student, teacher].map(relations)
  return {
    distance: mean(huber(subtract(s.distances, t.distances))),
    angle: mean(huber(subtract(s.angles, t.angles))),
  }
}

/** Returns distances [N, N], scaled to a mean of 1, and the cosines [N, N, N] of the angles at the first sample. */
function relations(vectors: Tensor): { distances: Tensor; angles: Tensor } {
  const differences = subtract(expandDimensions(vectors, 0), expandDimensions(vectors, 1))
  const directions = normalised(differences, 2)
  const squares = sum(square(differences), 2)
  const isSame = less(squares, 1e-12)
  const distances = where(isSame, 0, sqrt(where(isSame, 1, squares)))
  const pairs = sum(cast(greater(distances, 0), vectors.dtype))
  const average = divide(sum(distances), where(equal(pairs, 0), 1, pairs))
  return {
    distances: divide(distances, where(equal(pairs, 0), 1, average)),
    angles: matmul(directions, transpose(directions)),
  }
}

function huber(difference: Tensor): Tensor {
  const size = abs(difference)
  return where(less(size, 1), multiply(square(difference), 0.5), subtract(size, 0.5))
}

export const rkd = defineFeatureMethod(
  {
    name: 'rkd',
    description: 'relational: matches distances and angles between the samples of a batch',
    paper: 'Park et al., CVPR 2019, arXiv 1904.05068',
    options: rkdOptions,
  },
  (student, teacher, { distanceWeight, angleWeight }) => {
    const { distance, angle } = relationLosses(student.pooled, teacher.pooled)
    return { distance: [distance, distanceWeight], angle: [angle, angleWeight] }
  },
)
