import { arrayOf, check } from '../../base/arguments.ts'
import { demand } from '../../base/errors.ts'
import {
  abs,
  add,
  argmax,
  divide,
  exp,
  expandDimensions,
  gather,
  matmul,
  multiply,
  negate,
  reshape,
  sign,
  square,
  subtract,
  sum,
  type Tensor,
  transpose,
} from '../../engine/index.ts'
import { tensorOf } from '../../nn/arguments.ts'
import { predictionsOf } from '../../nn/index.ts'
import { defineMethod } from '../defineMethod.ts'
import { stagesFromFirst } from '../maps.ts'
import type { TaughtLesson, TaughtPair } from '../method.ts'
import { normalised } from '../normalised.ts'
import * as option from '../option.ts'
import { type GivenOptions, resolveOptions, type SettingsOf } from '../options.ts'
import { FeatureMethod, featureOptions } from './featureMethod.ts'
import { singularVectors } from './singularVectors.ts'

const relationOptions = {
  /** k, the number of singular vectors per stage. Default 1. */
  vectors: option.integer(1, 1),
  /** The columns of the matrix of a sample's maps: `'channels'` (H·W by C), the default, or `'width'` (C·H by W). */
  matrix: option.oneOf(['channels', 'width'], 'channels'),
}

type RelationSettings = SettingsOf<typeof relationOptions>

export const kdsvdOptions = { ...featureOptions, ...relationOptions }

/** The number of additional student vectors among which a teacher's vector finds its nearest. */
const moreVectors = 3

/**
 * Returns a scalar that compares how the singular vectors of consecutive stages relate. The vectors are the right
 * singular vectors of a sample's maps as a matrix. For each of the teacher's first k, the nearest of the student's
 * first k + 3 is taken, with its sign aligned. Both are scaled by the teacher's singular values, normalised to length
 * 1. With such vectors a and b of two consecutive stages,
 *
 *     R_ij = exp(−(a_i − b_j)² / 8)        term = 1/N Σ (R_student − R_teacher)², over stages, vectors, i and j
 *
 * Source: Lee, Kim, Song (arXiv 1807.06819) and their code. Their matrix is H·W by C, `matrix: 'channels'`, which
 * requires equal numbers of channels in each stage. mdistiller's is C·H by W, `'width'`, which requires only equal
 * widths, but whose vectors describe columns of pixels. The authors divide the loss by 2 instead of N. For gradients
 * see `singularVectors`; the authors' are those of an SVD, restricted to five vectors and to finite values.
 */
export function singularRelationLoss(
  stages: readonly (readonly [student: Tensor, teacher: Tensor])[],
  options: GivenOptions<typeof relationOptions> = {},
): Tensor {
  check('singularRelationLoss', 'stages', stages, arrayOf(arrayOf(tensorOf(4), 2)))
  const { vectors, matrix } = resolveOptions('singularRelationLoss', relationOptions, options)
  demand(stages.length > 1, () => 'kdsvd: expected networks with at least two stages after the stem')
  const [samples] = stages[0][0].shape
  const sides = stages.flat().flatMap((maps) => matrixOf(maps, matrix).shape.slice(1))
  const count = Math.min(vectors, ...sides)
  const aligned = stages.map(([student, teacher]) => {
    const [s, t] = [student, teacher].map((maps) => matrixOf(maps, matrix))
    const [own, others] = [s.shape[2], t.shape[2]]
    demand(
      own === others,
      () =>
        `kdsvd: expected student and teacher to have the same number of ${counted[matrix]} in each stage, got ` +
        `${own} and ${others}`,
    )
    const ofTeacher = singularVectors(t, count)
    const ofStudent = singularVectors(s, count + moreVectors).vectors
    const scale = expandDimensions(normalised(ofTeacher.values, 1), 1)
    return [align(ofStudent, ofTeacher.vectors), ofTeacher.vectors].map((v) => multiply(v, scale))
  })
  const losses = aligned.slice(1).map(([student, teacher], i) => {
    const [studentBefore, teacherBefore] = aligned[i]
    return sum(square(subtract(relation(student, studentBefore), relation(teacher, teacherBefore))))
  })
  return divide(losses.reduce(add), samples)
}

/** The columns of the matrix, as an error message names them. */
const counted = {
  channels: "channels (or equally wide maps and option matrix 'width')",
  width: 'columns of pixels',
}

function matrixOf(maps: Tensor, matrix: RelationSettings['matrix']): Tensor {
  const [count, channels, height, width] = maps.shape
  return matrix === 'channels'
    ? transpose(reshape(maps, [count, channels, height * width]))
    : reshape(maps, [count, channels * height, width])
}

/**
 * Returns, for each of the teacher's vectors [N, D, k], the vector of the student's [N, D, n] with the largest
 * |cosine|.
 */
function align(student: Tensor, teacher: Tensor): Tensor {
  const cosines = matmul(transpose(student), teacher)
  const nearest = argmax(abs(cosines), 1, { keepDimensions: true })
  return multiply(gather(student, 2, nearest), sign(gather(cosines, 1, nearest)).detach())
}

/** Returns R [N, D, E, k] of vectors [N, D, k] and [N, E, k]. */
function relation(a: Tensor, b: Tensor): Tensor {
  return exp(multiply(negate(square(subtract(expandDimensions(a, 2), expandDimensions(b, 1)))), 1 / 8))
}

class KdSvd extends FeatureMethod<SettingsOf<typeof kdsvdOptions>> {
  constructor(settings: SettingsOf<typeof kdsvdOptions>, { student, teacher, image }: TaughtPair) {
    super(settings)
    // Unsuitable networks are reported here rather than in the first step.
    this.terms({ student: predictionsOf(student, image), teacher: predictionsOf(teacher, image) })
  }

  protected override terms({ student, teacher }: Pick<TaughtLesson, 'student' | 'teacher'>): {
    relation: Tensor
  } {
    const { vectors, matrix } = this.settings
    const stages = stagesFromFirst(student.features, teacher.features)
    return { relation: singularRelationLoss(stages, { vectors, matrix }) }
  }
}

export const kdsvd = defineMethod({
  name: 'kdsvd',
  description: 'singular vectors: matches the relations between those of consecutive stages',
  paper: 'Lee, Kim, Song, ECCV 2018, arXiv 1807.06819',
  options: kdsvdOptions,
  build: (settings, pair) => new KdSvd(settings, pair),
})
