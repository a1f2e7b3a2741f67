import { add, mean, multiply, sum, type Tensor } from '../engine/index.ts'
import { checkLabels, crossEntropy } from '../nn/crossEntropy.ts'
import { type LogitSettings, scaleOf } from './standardised.ts'
import { sharpness } from './temperatures/sharpness.ts'
import { checkLogits, type Temperatures } from './temperatures/temperatures.ts'
import { warmUpWeight } from './warmUp.ts'

/** A loss and its parts. All are lazy: a part that is never read is never computed. */
export interface Loss {
  /** The scalar to minimise: `task` plus `distillation`. */
  readonly loss: Tensor
  /** The weighted cross entropy. */
  readonly task: Tensor
  /** The weighted sum of the terms that depend on the teacher; absent without a teacher. */
  readonly distillation?: Tensor
  /** The unweighted terms by name, scalars. */
  readonly terms: Readonly<Record<string, Tensor>>
}

/** A logit loss with its temperatures and sharpness, for reports. */
export interface Distillation extends Loss {
  readonly temperatures: Temperatures
  /** S of the raw logits, columns [N, 1]. */
  readonly sharpness: { readonly student: Tensor; readonly teacher: Tensor }
}

/** The checked and scaled logits from which a logit loss is computed. */
export interface PreparedLogits {
  /** [N, K], on the requested scale. */
  readonly student: Tensor
  /** [N, K], on the same scale, without gradient. */
  readonly teacher: Tensor
  readonly sharpness: Distillation['sharpness']
}

/** Checks logits and labels, detaches the teacher's logits and scales both sides. */
export function prepareLogits(
  method: string,
  studentLogits: Tensor,
  teacherLogits: Tensor,
  labels: Tensor,
  { logits }: LogitSettings,
): PreparedLogits {
  checkLabels(method, studentLogits, labels)
  checkLogits(method, studentLogits, teacherLogits)
  const teacherDetached = teacherLogits.detach()
  const scaled = scaleOf(logits)
  return {
    student: scaled(studentLogits),
    teacher: scaled(teacherDetached),
    sharpness: { student: sharpness(studentLogits), teacher: sharpness(teacherDetached) },
  }
}

/** A term and its weight. */
export type Weighted = readonly [term: Tensor, weight: number]

/** The inputs of a method's total loss other than its terms. */
export interface Frame {
  /** [N, K], raw. */
  readonly studentLogits: Tensor
  readonly labels: Tensor
  readonly epoch?: number | Tensor | undefined
  readonly crossEntropyWeight: number
  /** Default 0. */
  readonly warmUp?: number | undefined
}

/** w(epoch) Σᵢ weightᵢ termᵢ + crossEntropyWeight · L_CE. */
export function composeLoss(weighted: Readonly<Record<string, Weighted>>, frame: Frame): Loss {
  const { studentLogits, labels, epoch = Number.POSITIVE_INFINITY, crossEntropyWeight, warmUp = 0 } = frame
  const ofLabels = crossEntropy(studentLogits, labels)
  const task = multiply(ofLabels, crossEntropyWeight)
  const distillation = Object.values(weighted)
    .map(([term, weight]) => multiply(term, weight))
    .reduce(add)
    .multiply(warmUpWeight(epoch, warmUp, studentLogits.dtype))
  const terms = Object.fromEntries(Object.entries(weighted).map(([name, [term]]) => [name, term]))
  return { loss: add(distillation, task), task, distillation, terms: { ...terms, crossEntropy: ofLabels } }
}

/**
 * Returns a loss as named scalars for a log: the loss, its terms and, for a logit loss, the batch means of temperatures
 * and sharpness and the number of guarded rows.
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
