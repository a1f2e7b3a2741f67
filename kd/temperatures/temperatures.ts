import { check, positive } from '../../base/arguments.ts'
import { demand } from '../../base/errors.ts'
import { full, type Tensor } from '../../engine/index.ts'
import { equalShapes, format } from '../../engine/shape.ts'
import { checkTensors } from '../../nn/arguments.ts'

/** The temperatures of a batch of N samples: columns [N, 1] that divide logits [N, K]. */
export interface Temperatures {
  readonly student: Tensor
  readonly teacher: Tensor
  /** bool [N, 1]: rows for which the rule has no solution and a guard or fallback was used. */
  readonly guarded: Tensor
}

/** Returns one temperature for all samples and both sides, as in Hinton, Vinyals, Dean (arXiv 1503.02531). */
export function sharedTemperatures(logits: Tensor, temperature: number): Temperatures {
  checkTensors('sharedTemperatures', { logits }, 2)
  check('sharedTemperatures', 'temperature', temperature, positive)
  const column = [logits.shape[0], 1]
  const shared = full(column, temperature, logits.dtype)
  return { student: shared, teacher: shared, guarded: full(column, 0, 'bool') }
}

/** Throws unless student's and teacher's logits have one shape [N, K] with K ≥ 2. */
export function checkLogits(operation: string, studentLogits: Tensor, teacherLogits: Tensor): void {
  checkTensors(operation, { studentLogits, teacherLogits })
  const { shape } = studentLogits
  const { shape: ofTeacher } = teacherLogits
  demand(
    shape.length === 2 && equalShapes(shape, ofTeacher) && shape[1] >= 2,
    () =>
      `${operation}: expected student and teacher logits of one shape [N, K] with K ≥ 2, got ` +
      `${format(shape)} and ${format(ofTeacher)}`,
  )
}
