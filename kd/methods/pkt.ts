import {
  add,
  arange,
  divide,
  equal,
  gather,
  lessEqual,
  log,
  matmul,
  mean,
  multiply,
  relu,
  reshape,
  sum,
  type Tensor,
  transpose,
  where,
} from '../../engine/index.ts'
import { checkTensors } from '../../nn/arguments.ts'
import { normalised } from '../normalised.ts'
import * as option from '../option.ts'
import { type SettingsOf, withDefaults } from '../options.ts'
import { defineFeatureMethod, featureOptions } from './featureMethod.ts'

export const pktOptions = {
  ...withDefaults(featureOptions, { weight: 30000 }),
  /** Whether a sample counts as its own neighbour: `'included'`, the default, or `'excluded'` as in the paper. */
  self: option.oneOf(['included', 'excluded'], 'included'),
}

type Self = SettingsOf<typeof pktOptions>['self']

/** Added to both probabilities before their logarithms are taken. */
const epsilon = 1e-7

/**
 * Returns the probabilistic knowledge transfer loss between vectors [N, D] of student and teacher, a scalar: it
 * compares the probabilities with which each sample picks another as its neighbour,
 *
 *     p(j | i) = k_ij / Σ_j k_ij,   k_ij = (cos(x_i, x_j) + 1) / 2
 *     the mean over i and j of p_teacher ln((p_teacher + ε) / (p_student + ε)),   ε = 10⁻⁷
 *
 * Source: Passalis, Tefas (arXiv 1803.10837). There j ≠ i and the terms are summed; the authors' code and mdistiller's
 * include j = i and take the mean, to which the weight of 30,000 belongs. `self: 'excluded'` has j ≠ i and the mean
 * over the remaining pairs, or 0 if there are none. In it, a sample opposite to all others picks each with equal
 * probability.
 */
export function neighbourhoodLoss(student: Tensor, teacher: Tensor, self: Self): Tensor {
  checkTensors('neighbourhoodLoss', { student, teacher }, 2)
  const [s, t] = [student, teacher].map((vectors) => neighbourhood(vectors, self))
  if (s.size === 0) return sum(s)
  return mean(multiply(t, log(divide(add(t, epsilon), add(s, epsilon)))))
}

function neighbourhood(vectors: Tensor, self: Self): Tensor {
  const directions = normalised(vectors, 1)
  // Rounding may leave a cosine just below −1.
  const kernel = relu(multiply(add(matmul(directions, transpose(directions)), 1), 0.5))
  const neighbours = self === 'included' ? kernel : withoutDiagonal(kernel)
  const total = sum(neighbours, 1, { keepDimensions: true })
  const counted = where(equal(total, 0), 1, neighbours)
  return divide(counted, sum(counted, 1, { keepDimensions: true }))
}

/** Removes the diagonal: [N, N] to [N, N − 1]. */
function withoutDiagonal(square: Tensor): Tensor {
  const count = square.shape[0]
  const column = arange(count - 1)
  return gather(square, 1, add(column, lessEqual(reshape(arange(count), [-1, 1]), column)))
}

export const pkt = defineFeatureMethod(
  {
    name: 'pkt',
    description: 'probabilistic knowledge transfer: matches the probabilities that samples are neighbours',
    paper: 'Passalis, Tefas, ECCV 2018, arXiv 1803.10837',
    options: pktOptions,
  },
  (student, teacher, { self }) => ({
    neighbourhood: neighbourhoodLoss(student.pooled, teacher.pooled, self),
  }),
)
