import { flatten, matmul, mean, square, subtract, type Tensor, transpose } from '../../engine/index.ts'
import { checkTensors } from '../../nn/arguments.ts'
import { normalised } from '../normalised.ts'
import { withDefaults } from '../options.ts'
import { defineFeatureMethod, featureOptions } from './featureMethod.ts'

/**
 * Returns the mean squared difference between the normalised similarity (Gram) matrices of student and teacher, a
 * scalar. With Q the maps [N, …] of a stage, a row for each sample,
 *
 *     G = Q Qᵀ, its rows divided by their lengths        1/N² ‖G_teacher − G_student‖²_F
 *
 * Source: similarity-preserving distillation, Tung, Mori (arXiv 1907.09682); mdistiller's SP. The maps of the networks
 * may differ in every axis except the first.
 */
export function similarityLoss(student: Tensor, teacher: Tensor): Tensor {
  checkTensors('similarityLoss', { student, teacher }, 4)
  return mean(square(subtract(similarities(teacher), similarities(student))))
}

function similarities(maps: Tensor): Tensor {
  const rows = flatten(maps, 1)
  return normalised(matmul(rows, transpose(rows)), 1)
}

export const sp = defineFeatureMethod(
  {
    name: 'sp',
    description: 'similarity-preserving: matches the similarities between the samples of a batch',
    paper: 'Tung, Mori, ICCV 2019, arXiv 1907.09682',
    options: withDefaults(featureOptions, { weight: 3000 }),
  },
  (student, teacher) => ({
    similarity: similarityLoss(student.features.at(-1)!, teacher.features.at(-1)!),
  }),
)
