import type { Tensor } from '../../engine/index.ts'
import type { Distillation } from '../distillation.ts'
import { temperedDivergence } from '../klDivergence.ts'
import { type LogitLossOptions, logitLoss, logitLossOptions } from '../logitLoss.ts'
import * as option from '../option.ts'
import { type GivenOptions, withDefaults } from '../options.ts'

export const kdOptions = {
  /** Weight of the distillation term. Default 0.9. */
  weight: option.number(0.9, { min: 0 }),
  ...withDefaults(logitLossOptions, { crossEntropyWeight: 0.1, warmUp: 0 }),
}

export interface KdOptions extends LogitLossOptions, GivenOptions<typeof kdOptions> {}

/**
 * Knowledge distillation:
 *
 *     loss = w(epoch) weight · L_KD + crossEntropyWeight · L_CE
 *     L_KD = 1/N Σₙ T² KL(softmax(u / T) ‖ softmax(v / T))
 *
 * with teacher logits u, student logits v (both [N, K]), T = `referenceTemperature` and labels [N] int32. Source:
 * Hinton, Vinyals, Dean (arXiv 1503.02531); weights and T are mdistiller's, which has no warm-up w. With
 * `temperatures: 'published'` T² becomes T_teacher T_student, and L_KD is DTKD's own term.
 */
export function kd(
  studentLogits: Tensor,
  teacherLogits: Tensor,
  labels: Tensor,
  options: KdOptions = {},
): Distillation {
  return logitLoss('kd', kdOptions, [studentLogits, teacherLogits, labels], options, (batch, { weight }) => ({
    kd: [temperedDivergence(batch.student, batch.teacher, batch.temperatures), weight],
  }))
}
