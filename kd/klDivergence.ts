import { aFunction, anObject, check } from '../base/arguments.ts'
import {
  abs,
  divide,
  exp,
  lessEqual,
  mean,
  multiply,
  subtract,
  sum,
  type Tensor,
  where,
} from '../engine/index.ts'
import { checkTensors } from '../nn/arguments.ts'
import { exponentialRemainder } from './temperatures/exponentialRemainder.ts'
import { belowLargest, sharpness } from './temperatures/sharpness.ts'
import type { Temperatures } from './temperatures/temperatures.ts'

/**
 * Kullback–Leibler divergence of each row, as a column [N, 1], teacher first:
 *
 *     KL(p ‖ q) = Σᵢ pᵢ (ln pᵢ − ln qᵢ)        p = softmax(teacherLogits),  q = softmax(studentLogits)
 *
 * Taken on logits [N, K], because in log space it is finite for any finite logits. Natural logarithm. PyTorch:
 * `F.kl_div(log_softmax(student), softmax(teacher), reduction='none').sum(1)`.
 *
 * That sum adds large terms of both signs to a small result. As Σ qᵢ − pᵢ = 0, it is also
 *
 *     Σᵢ pᵢ φ(dᵢ)        d = ln q − ln p,  φ(d) = eᵈ − 1 − d ≥ 0
 *
 * where nothing cancels and an error of S, common to all d of a row, has no effect to first order: in float32, too, a
 * small divergence keeps its digits.
 */
export function klDivergence(teacherLogits: Tensor, studentLogits: Tensor): Tensor {
  checkTensors('klDivergence', { teacherLogits, studentLogits })
  const teacher = belowLargest(teacherLogits)
  const student = belowLargest(studentLogits)
  const p = exp(subtract(teacher, sharpness(teacher)))
  const q = exp(subtract(student, sharpness(student)))
  const d = subtract(subtract(student, teacher), subtract(sharpness(student), sharpness(teacher)))
  const isNear = lessEqual(abs(d), 1)
  const terms = where(
    isNear,
    multiply(p, exponentialRemainder(where(isNear, d, 0))),
    // p eᵈ is q, and finite where eᵈ is not.
    subtract(subtract(q, p), multiply(p, d)),
  )
  return sum(terms, -1, { keepDimensions: true })
}

/**
 * The divergence that every loss of this folder is made of, a scalar:
 *
 *     1/N Σₙ T_teacher T_student KL(softmax(view(u / T_teacher)) ‖ softmax(view(v / T_student)))
 *
 * with u and v the logits of teacher and student. The factor keeps gradients of one size whatever the temperatures;
 * with one temperature T it is the T² of Hinton et al. `view` says which distribution to look at, by default all
 * classes.
 */
export function temperedDivergence(
  studentLogits: Tensor,
  teacherLogits: Tensor,
  temperatures: Pick<Temperatures, 'student' | 'teacher'>,
  view: (logits: Tensor) => Tensor = (logits) => logits,
): Tensor {
  checkTensors('temperedDivergence', { studentLogits, teacherLogits })
  check('temperedDivergence', 'temperatures', temperatures, anObject)
  check('temperedDivergence', 'view', view, aFunction)
  const { student, teacher } = temperatures
  checkTensors('temperedDivergence', { student, teacher })
  const divergence = klDivergence(view(divide(teacherLogits, teacher)), view(divide(studentLogits, student)))
  return mean(multiply(multiply(teacher, student), divergence))
}
