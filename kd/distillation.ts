import { add, mean, multiply, sum, type Tensor } from '../engine/index.ts'
import { checkLabels, crossEntropy } from '../nn/crossEntropy.ts'
import { type LogitSettings, scaleOf } from './standardised.ts'
import { sharpness } from './temperatures/sharpness.ts'
import { checkLogits, type Temperatures } from './temperatures/temperatures.ts'
import { warmUpWeight } from './warmUp.ts'

/** A loss and what it is made of. All of it is recipes: what nobody reads is never computed. */
export interface Loss {
  /** The scalar to minimise: `task` plus `distillation`. */
  readonly loss: Tensor
  /** The weighted cross entropy. */
  readonly task: Tensor
  /** All terms that the teacher has a part in, weighted; left out where there is no teacher. */
  readonly distillation?: Tensor
  /** Its terms by name, scalars, each before its weight. */
  readonly terms: Readonly<Record<string, Tensor>>
}

/** A loss of logits, and what a report wants to see of it. */
export interface Distillation extends Loss {
  readonly temperatures: Temperatures
  /** S of the raw logits, columns [N, 1]. */
  readonly sharpness: { readonly student: Tensor; readonly teacher: Tensor }
}

/** What a loss of logits works on. */
export interface Batch {
  /** [N, K], on the scale that was asked for. */
  readonly student: Tensor
  /** The same of the teacher, without gradient. */
  readonly teacher: Tensor
  readonly sharpness: Distillation['sharpness']
}

/** Checks a batch and cuts the teacher off: no gradient ever flows to it. */
export function openBatch(
  method: string,
  studentLogits: Tensor,
  teacherLogits: Tensor,
  labels: Tensor,
  { logits }: LogitSettings,
): Batch {
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

/** What the loss of every method is made of beside its terms. */
export interface Frame {
  /** [N, K], raw. */
  readonly studentLogits: Tensor
  readonly labels: Tensor
  readonly epoch?: number | Tensor
  readonly crossEntropyWeight: number
  /** Default 0. */
  readonly warmUp?: number
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
 * A loss as scalars by name, for a log: the loss, its terms and, of a loss of logits, the means over the batch of
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
