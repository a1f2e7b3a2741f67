import type { Tensor } from '../../engine/index.ts'
import type { Distillation } from '../distillation.ts'
import { temperedDivergence } from '../klDivergence.ts'
import { type LogitLossOptions, logitLoss, logitLossOptions } from '../logitLoss.ts'
import * as option from '../option.ts'
import { type GivenOptions, withDefaults } from '../options.ts'
import { sharedTemperatures } from '../temperatures/temperatures.ts'

export const dtkdOptions = {
  /** Weight of the term with dynamic temperatures. Default 3; the authors' configurations use 1, 2 or 3 by pair. */
  alpha: option.number(3, { min: 0 }),
  /** Weight of the term with the reference temperature on both sides. Default 1; the configurations use 0.5, 1 or 2. */
  beta: option.number(1, { min: 0 }),
  ...withDefaults(logitLossOptions, { temperatures: 'published' }),
}

export interface DtkdOptions extends LogitLossOptions, GivenOptions<typeof dtkdOptions> {}

/**
 * Dynamic temperature knowledge distillation (arXiv 2404.12711):
 *
 *     loss   = w(epoch) (α L_DTKD + β L_KL) + γ L_CE
 *     L_DTKD = 1/N Σₙ T_teacher T_student KL(softmax(u / T_teacher) ‖ softmax(v / T_student))
 *     L_KL   = 1/N Σₙ τ² KL(softmax(u / τ) ‖ softmax(v / τ))
 *
 * with teacher logits u and student logits v (both [N, K]), labels [N] int32, and a T_teacher and T_student around τ
 * for each sample. The authors' code is `temperatures: 'published'`, `guard: 'none'`, `gradients: 'attached'`: there
 * gradients flow through the temperatures, and even the teacher's soft target depends on the student's largest logit.
 * The default guard differs from it only in samples where the formula breaks down (see `dynamicTemperatures`). The
 * warm-up w is in the code but not in the paper.
 */
export function dtkd(
  studentLogits: Tensor,
  teacherLogits: Tensor,
  labels: Tensor,
  options: DtkdOptions = {},
): Distillation {
  return logitLoss(
    'dtkd',
    dtkdOptions,
    [studentLogits, teacherLogits, labels],
    options,
    ({ student, teacher, temperatures }, { alpha, beta, referenceTemperature }) => ({
      dtkd: [temperedDivergence(student, teacher, temperatures), alpha],
      kd: [temperedDivergence(student, teacher, sharedTemperatures(student, referenceTemperature)), beta],
    }),
  )
}
