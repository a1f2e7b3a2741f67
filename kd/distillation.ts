import { mean, sum, type Tensor } from '../engine/index.ts'
import { checkLabels } from '../nn/crossEntropy.ts'
import { sharpness } from './sharpness.ts'
import { checkLogits, type Temperatures } from './temperatures.ts'

/** A loss and what it is made of. All of it is recipes: what nobody reads is never computed. */
export interface Loss {
  /** The scalar to minimise. */
  readonly loss: Tensor
  /** Its terms by name, scalars, each before its weight. */
  readonly terms: Readonly<Record<string, Tensor>>
}

/** A distillation loss, and what a report wants to see of it. */
export interface Distillation extends Loss {
  readonly temperatures: Temperatures
  /** S of the raw logits, columns [N, 1]. */
  readonly sharpness: { readonly student: Tensor; readonly teacher: Tensor }
}

/** What a distillation loss works on. */
export interface Batch {
  /** [N, K]. */
  readonly student: Tensor
  /** [N, K], without gradient. */
  readonly teacher: Tensor
  readonly sharpness: Distillation['sharpness']
}

/** Checks a batch and cuts the teacher off: no gradient ever flows to it. */
export function openBatch(
  method: string,
  studentLogits: Tensor,
  teacherLogits: Tensor,
  labels: Tensor,
): Batch {
  checkLabels(method, studentLogits, labels)
  checkLogits(method, studentLogits, teacherLogits)
  const teacher = teacherLogits.detach()
  return {
    student: studentLogits,
    teacher,
    sharpness: { student: sharpness(studentLogits), teacher: sharpness(teacher) },
  }
}

/**
 * A loss as scalars by name, for a log: the loss, its terms and, of a distillation, the means over the batch of
 * temperatures and sharpnesses and the number of guarded rows.
 */
export function scalarsOf(result: Loss | Distillation): Record<string, Tensor> {
  const scalars = { loss: result.loss, ...result.terms }
  if (!('temperatures' in result)) return scalars
  const { temperatures, sharpness } = result
  return {
    ...scalars,
    studentTemperature: mean(temperatures.student),
    teacherTemperature: mean(temperatures.teacher),
    studentSharpness: mean(sharpness.student),
    teacherSharpness: mean(sharpness.teacher),
    guardedRows: sum(temperatures.guarded),
  }
}
