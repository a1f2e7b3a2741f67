import type { Tensor } from '../engine/index.ts'
import { crossEntropy } from '../nn/crossEntropy.ts'
import { type Distillation, openBatch } from './distillation.ts'
import { temperedDivergence } from './klDivergence.ts'
import { resolveOptions } from './options.ts'
import { type TemperatureOptions, temperatureDefaults, temperaturesFor } from './temperatureRule.ts'
import { type WarmUpOptions, warmUpWeight } from './warmUp.ts'

export interface KdOptions extends TemperatureOptions, WarmUpOptions {
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
  const { epoch = Number.POSITIVE_INFINITY, ...given } = options
  const resolved = resolveOptions('kd', kdDefaults, given)
  const { student, teacher, sharpness } = openBatch('kd', studentLogits, teacherLogits, labels)
  const temperatures = temperaturesFor(student, teacher, resolved)
  const terms = {
    kd: temperedDivergence(student, teacher, temperatures),
    crossEntropy: crossEntropy(student, labels),
  }
  const loss = terms.kd
    .multiply(resolved.weight)
    .multiply(warmUpWeight(epoch, resolved.warmUp, student.dtype))
    .add(terms.crossEntropy.multiply(resolved.crossEntropyWeight))
  return { loss, terms, temperatures, sharpness }
}
