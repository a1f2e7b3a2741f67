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
import { sharedTemperatures } from '../temperatures/temperatures.ts'
import type { WarmUpOptions } from '../warmUp.ts'

export interface DtkdOptions extends TemperatureOptions, WarmUpOptions, LogitOptions {
  /** Of the term with dynamic temperatures. Default 3; the authors' configurations use 1, 2 or 3 by pair. */
  alpha?: number
  /** Of the term with the reference temperature on both sides. Default 1; the configurations use 0.5, 1 or 2. */
  beta?: number
  /** γ. Default 1. */
  crossEntropyWeight?: number
}

export const dtkdDefaults: Required<Omit<DtkdOptions, 'epoch'>> = {
  alpha: 3,
  beta: 1,
  crossEntropyWeight: 1,
  warmUp: 20,
  temperatures: 'published',
  ...temperatureDefaults,
  logits: 'raw',
}

/**
 * Dynamic temperature knowledge distillation (arXiv 2404.12711):
 *
 *     loss   = w(epoch) (α L_DTKD + β L_KL) + γ L_CE
 *     L_DTKD = 1/N Σₙ T_teacher T_student KL(softmax(u / T_teacher) ‖ softmax(v / T_student))
 *     L_KL   = 1/N Σₙ τ² KL(softmax(u / τ) ‖ softmax(v / τ))
 *
 * with teacher logits u and student logits v (both [N, K]), labels [N] int32, and for each sample its own T_teacher
 * and T_student around τ. The authors' code is `temperatures: 'published'`, `guard: 'none'`, `gradients: 'attached'`:
 * there the temperatures carry gradient, so that even the teacher's soft target depends on the student's largest
 * logit. The default guard differs from it only in samples where the formula breaks down (see `dynamicTemperatures`).
 * w, the warm-up, is in the code and not in the paper.
 */
export function dtkd(
  studentLogits: Tensor,
  teacherLogits: Tensor,
  labels: Tensor,
  options: DtkdOptions = {},
): Distillation {
  check('dtkd', 'options', options, anObject)
  const { epoch, ...given } = options
  const resolved = resolveOptions('dtkd', dtkdDefaults, given)
  const { student, teacher, sharpness } = openBatch('dtkd', studentLogits, teacherLogits, labels, resolved)
  const temperatures = temperaturesFor(student, teacher, resolved)
  const shared = sharedTemperatures(student, resolved.referenceTemperature)
  const loss = composeLoss(
    {
      dtkd: [temperedDivergence(student, teacher, temperatures), resolved.alpha],
      kd: [temperedDivergence(student, teacher, shared), resolved.beta],
    },
    { ...resolved, studentLogits, labels, epoch },
  )
  return { ...loss, temperatures, sharpness }
}
