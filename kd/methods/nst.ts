import {
  add,
  flatten,
  matmul,
  mean,
  multiply,
  square,
  subtract,
  type Tensor,
  transpose,
} from '../../engine/index.ts'
import { checkTensors } from '../../nn/arguments.ts'
import { atSmallerSize, stagesFromFirst, sumOverStages } from '../maps.ts'
import { normalised } from '../normalised.ts'
import { withDefaults } from '../options.ts'
import { defineFeatureMethod, featureOptions } from './featureMethod.ts'

/**
 * Returns the neuron selectivity transfer loss between maps [N, C, H, W] of student and teacher, a scalar: the squared
 * maximum mean discrepancy between their channels, each a vector over the pixels, normalised to length 1:
 *
 *     mean k(t, t′) + mean k(s, s′) − 2 mean k(t, s),   k(a, b) = (a · b)²
 *
 * Source: Huang, Wang (arXiv 1707.01219), with their polynomial kernel; mdistiller's NST. The numbers of channels may
 * differ; larger maps are average-pooled to the size of the smaller ones.
 */
export function discrepancyLoss(student: Tensor, teacher: Tensor): Tensor {
  checkTensors('discrepancyLoss', { student, teacher }, 4)
  const [s, t] = atSmallerSize(student, teacher).map((maps) => normalised(flatten(maps, 2), 2))
  const kernel = (a: Tensor, b: Tensor) => mean(square(matmul(a, transpose(b))))
  return subtract(add(kernel(t, t), kernel(s, s)), multiply(kernel(t, s), 2))
}

export const nst = defineFeatureMethod(
  {
    name: 'nst',
    description:
      "neuron selectivity transfer: matches the distributions of the channels' activation patterns",
    paper: 'Huang, Wang 2017, arXiv 1707.01219',
    options: withDefaults(featureOptions, { weight: 50 }),
  },
  (student, teacher) => ({
    discrepancy: sumOverStages(
      stagesFromFirst(student.features, teacher.features).map(([ofStudent, ofTeacher]) =>
        discrepancyLoss(ofStudent, ofTeacher),
      ),
    ),
  }),
)
