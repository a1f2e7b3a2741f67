import { anObject, check } from '../../base/arguments.ts'
import type { Tensor } from '../../engine/index.ts'
import { composeLoss, type Distillation, openBatch } from '../distillation.ts'
import { temperedDivergence } from '../klDivergence.ts'
import { resolveOptions } from '../options.ts'
import type { LogitOptions } from '../standardised.ts'
import {
  type TemperatureOptions,
  temperatureDefaults,
  temperaturesFor,
} from '../temperatures/temperatureRule.ts'
import type { WarmUpOptions } from '../warmUp.ts'

export interface KdOptions extends TemperatureOptions, WarmUpOptions, LogitOptions {
  /** Of the distillation term. Default 0.9. */
  weight?: number
  /** Default 0.1. */
  crossEntropyWeight?: number
}

export const kdDefaults: Required<Omit<KdOptions, 'epoch'>> = {
  weight: 0.9,
  crossEntropyWeight: 0.1,
  warmUp: 0,
  temperatures: 'shared',
  ...temperatureDefaults,
  logits: 'raw',
}

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
  check('kd', 'options', options, anObject)
  const { epoch, ...given } = options
  const resolved = resolveOptions('kd', kdDefaults, given)
  const { student, teacher, sharpness } = openBatch('kd', studentLogits, teacherLogits, labels, resolved)
  const temperatures = temperaturesFor(student, teacher, resolved)
  const divergence = temperedDivergence(student, teacher, temperatures)
  const frame = { ...resolved, studentLogits, labels, epoch }
  return { ...composeLoss({ kd: [divergence, resolved.weight] }, frame), temperatures, sharpness }
}
